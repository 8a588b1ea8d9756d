import type { OrderType, TimeInForce } from '@keelson/contracts';
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
  /** What the venue takes; a missing type, time in force or session is refused before anything is sent. */
  readonly orderTypes: readonly OrderType[];
  readonly timesInForce: readonly TimeInForce[];
  /** `atomic`: the old order and its revision are never open together; `none`: cancel, await the end, submit. */
  readonly replace: 'atomic' | 'none';
  /** The venue enforces reduce-only; where not, the sizing on our side is all there is. */
  readonly reduceOnly: boolean;
  /** `keeps_reduce_only`: the mass cancel can leave protective orders; `all`: it takes everything. */
  readonly cancelAll: 'keeps_reduce_only' | 'all';
  /** True where a future's whole price moves the venue's cash, and not only what is won or lost by it. */
  readonly paysFuturesInFull?: boolean;
  /** Requests that the venue allows, cancels going first; undefined where it names no limit. */
  readonly requestsPerMinute: number | undefined;
  /** Trades real money: only for accounts whose mode is live, and only where the environment has LIVE_TRADING on. */
  readonly live?: boolean;
  /** How far the venue's clock may be from ours. Past a deadline by this much, an order that is not there never will be. */
  readonly venueClockSkew: Duration;
  /**
   * How long past its deadline the answer to a command is waited for, before the venue is asked what became of it. An answer
   * that is merely late is definitive: doubt costs a question, and three doubts close the venue.
   */
  readonly answerGrace: Duration;
  /** The time a submission is given: what the deadline of an attempt is set to, from the claim on. */
  readonly submitWithin: Duration;
}
