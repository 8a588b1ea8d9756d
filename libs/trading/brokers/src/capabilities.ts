import type { Duration } from '@keelson/kernel';

/** What a venue can be relied on for. Each line is proven by a case of the conformance suite, against the venue itself. */
export interface BrokerCapabilities {
  /** A second submission with the same client order id is refused and answered with the first order. */
  readonly rejectsDuplicateClientOrderIds: boolean;
  /** `venue`: the venue gives each event an id; `derived`: the adapter makes one of account, order, status and quantity. */
  readonly eventIds: 'venue' | 'derived';
  /** The venue takes an absolute deadline and accepts nothing after it, so that "not found" is definitive from then on. */
  readonly honoursDeadlines: boolean;
  /** The venue replays events after a cursor, also those of before its own restart. */
  readonly resumesStreams: boolean;
  /** How far the venue's clock may be from ours. Past a deadline by this much, an order that is not there never will be. */
  readonly venueClockSkew: Duration;
  /** The time a submission is given: what the deadline of an attempt is set to, from the claim on. */
  readonly submitWithin: Duration;
}
