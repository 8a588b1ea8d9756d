/** What can be traded. Amounts are decimal text, as everywhere between packages. */
export interface Instrument {
  /** Our own name of it, e.g. `NQ`; every alias leads here. */
  readonly symbol: string;
  readonly name: string;
  readonly kind: 'equity' | 'future' | 'option' | 'crypto' | 'fx';
  readonly currency: string;
  /** Smallest step of a price. */
  readonly tickSize: string;
  /** Value of one point of price for one unit, in the currency. */
  readonly multiplier: string;
}
