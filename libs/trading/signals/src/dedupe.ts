import type { Duration } from '@keelson/kernel';

/** What makes a delivery a repetition of an earlier one from the same team and source, and for how long. */
export interface DedupeKey {
  readonly key: string;
  readonly lasts: Duration;
}

/** As long as receipts are kept, so that an explicit id is good for as long as anybody could ask. */
const EXPLICIT: Duration = '30 days';
/** TradingView resends within 15 seconds; two equal bodies further apart are two signals. */
const SAME_BODY: Duration = '60 seconds';

/**
 * The sender's own id when there is one, else the hash of the whole body. Never the order id: a strategy sends several
 * alerts for one order.
 */
export function dedupeKey(explicitId: string | undefined, bodySha256: Buffer): DedupeKey {
  return explicitId === undefined
    ? { key: `body:${bodySha256.toString('hex')}`, lasts: SAME_BODY }
    : { key: `id:${explicitId}`, lasts: EXPLICIT };
}
