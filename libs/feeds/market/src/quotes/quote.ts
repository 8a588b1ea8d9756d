import { milliseconds, type Duration } from '@keelson/kernel';

/** The last price of a symbol as a venue said it; decimal text, quote currency per unit. */
export interface Quote {
  readonly symbol: string;
  readonly bid: string;
  readonly ask: string;
  readonly last: string;
  /** By the venue's clock. */
  readonly at: Date;
}

/** A quote as it is stored: with when and from where it came. */
export interface StoredQuote extends Quote {
  readonly source: string;
  /** By the clock of Postgres. */
  readonly receivedAt: Date;
}

/** Where prices come from. A symbol that the source does not know is left out of its answer. */
export interface QuoteSource {
  readonly name: string;
  /** Prices of symbols now; rejects when the source does not answer. */
  quotes(symbols: readonly string[], signal: AbortSignal): Promise<readonly Quote[]>;
}

/**
 * True when a price is too old to decide by: what counts is the older of the venue's time and of our receipt, so that
 * neither a frozen feed nor one that repeats an old price passes. No quote at all is stale.
 */
export function isStale(
  quote: Pick<StoredQuote, 'at' | 'receivedAt'> | undefined,
  now: Date,
  after: Duration,
): boolean {
  if (!quote) return true;
  const oldest = Math.min(quote.at.getTime(), quote.receivedAt.getTime());
  return !(now.getTime() - oldest <= milliseconds(after));
}
