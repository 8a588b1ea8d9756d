import { Decimal, decimalText } from '@keelson/kernel';

/** What the symbol of a listed option says. */
export interface OptionTerms {
  readonly underlying: string;
  /** The day on which it expires, `2026-12-18`. */
  readonly expiry: string;
  readonly right: 'call' | 'put';
  /** Decimal text. */
  readonly strike: string;
}

/** The symbology of the Options Clearing Corporation, with or without its padding: AAPL␣␣261218C00250000. */
const OCC = /^([A-Z][A-Z0-9.]{0,5}) *(\d{2})(\d{2})(\d{2})([CP])(\d{8})$/;
/** As TradingView writes it: AAPL261218C250.0. */
const CHART = /^([A-Z][A-Z0-9.]{0,5})(\d{2})(\d{2})(\d{2})([CP])(\d{1,5}(?:\.\d{1,3})?)$/;
const THOUSAND = new Decimal(1_000);

/** The terms in an option's symbol, in either spelling; undefined for everything else, an impossible date included. */
export function parseOptionSymbol(text: string): OptionTerms | undefined {
  const upper = text.toUpperCase();
  const occ = OCC.exec(upper);
  const [, underlying, year, month, day, side, digits] = occ ?? CHART.exec(upper) ?? [];
  if (!underlying) return undefined;
  const expiry = `20${year}-${month}-${day}`;
  const date = new Date(`${expiry}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(expiry)) return undefined;
  const strike = occ ? new Decimal(digits!).dividedBy(THOUSAND) : new Decimal(digits!);
  if (!strike.isPositive() || strike.isZero()) return undefined;
  return { underlying, expiry, right: side === 'C' ? 'call' : 'put', strike: decimalText(strike) };
}

/**
 * The OCC symbol of an option without padding, which is the symbol that we know it by: `AAPL261218C00250000`.
 * Undefined where the symbology has no room: a strike of 100,000 or more or finer than a thousandth, a long root.
 */
export function optionSymbol(terms: OptionTerms): string | undefined {
  const thousandths = new Decimal(terms.strike).times(THOUSAND);
  if (!thousandths.isInteger() || !thousandths.isPositive() || thousandths.greaterThan(99_999_999)) return undefined;
  if (!/^[A-Z][A-Z0-9.]{0,5}$/.test(terms.underlying)) return undefined;
  const date = terms.expiry.replaceAll('-', '').slice(2);
  return `${terms.underlying}${date}${terms.right === 'call' ? 'C' : 'P'}${thousandths.toFixed().padStart(8, '0')}`;
}

/** The same with the root padded to six, as clearing files and some venues want it. */
export function paddedOptionSymbol(terms: OptionTerms): string | undefined {
  return optionSymbol(terms)?.replace(terms.underlying, terms.underlying.padEnd(6));
}
