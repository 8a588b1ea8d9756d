import { optionSymbol, parseOptionSymbol } from './option-symbol.ts';

/** A sender's name of an instrument, taken apart. */
export interface Ticker {
  /** In upper case, as it came: what aliases are looked up by. */
  readonly whole: string;
  /**
   * In our spelling, without the prefix of an exchange: `NQ1!` of `CME_MINI:NQ1!`, `NQZ2026` of `NQZ26`, an option's OCC
   * symbol without padding.
   */
  readonly name: string;
  /** Of a continuous future: the root and which contract from the front, 1 being the front month. */
  readonly continuous: { readonly root: string; readonly nth: number } | undefined;
}

const CONTINUOUS = /^([A-Z0-9]{1,5}?)([1-9])!$/;
const SHORT_YEAR = /^([A-Z0-9]{1,4}[FGHJKMNQUVXZ])(\d{2})$/;

/** Takes a ticker apart: `cme_mini:nq1!` → root NQ, first contract; `NASDAQ:AAPL` → AAPL. */
export function parseTicker(ticker: string): Ticker {
  const whole = ticker.trim().toUpperCase();
  const name = whole.slice(whole.indexOf(':') + 1);
  const [, root, nth] = CONTINUOUS.exec(name) ?? [];
  return { whole, name: ourSpelling(name), continuous: root ? { root, nth: Number(nth) } : undefined };
}

function ourSpelling(name: string): string {
  const [, contract, year] = SHORT_YEAR.exec(name) ?? [];
  if (contract) return `${contract}20${year}`;
  const option = parseOptionSymbol(name);
  return (option && optionSymbol(option)) ?? name;
}
