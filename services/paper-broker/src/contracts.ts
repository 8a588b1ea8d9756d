/** What one unit of a symbol is worth: price times this, in this currency. The venue's own list, as every venue has one. */
export interface ContractSize {
  readonly multiplier: string;
  readonly currency: string;
}

const FUTURES: Readonly<Record<string, string>> = {
  ...{ ES: '50', MES: '5', NQ: '20', MNQ: '2', RTY: '50', M2K: '5', YM: '5', MYM: '0.5' },
  ...{ CL: '1000', MCL: '100', NG: '10000', GC: '100', MGC: '10', SI: '5000', ZB: '1000', ZN: '1000' },
};
/** A root with or without its month: ES, ESZ6, ESZ2026. */
const FUTURE = /^(?<root>[A-Z0-9]{2,3}?)(?:[FGHJKMNQUVXZ]\d{1,4})?$/;
/** The OCC's option symbols: root, six digits of the date, C or P, eight of the strike. */
const OPTION = /^[A-Z]{1,6} *\d{6}[CP]\d{8}$/;
const CURRENCY_PAIR = /^[A-Z]{3}(?<quote>USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD)$/;

export function contractSize(symbol: string): ContractSize {
  if (OPTION.test(symbol)) return { multiplier: '100', currency: 'USD' };
  const quote = CURRENCY_PAIR.exec(symbol)?.groups?.['quote'];
  if (quote !== undefined) return { multiplier: '1', currency: quote };
  const root = FUTURE.exec(symbol)?.groups?.['root'];
  return { multiplier: (root !== undefined && FUTURES[root]) || '1', currency: 'USD' };
}
