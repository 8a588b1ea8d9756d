import type { Message, Payload, Side } from '@keelson/contracts';
import type { BrokerCapabilities } from './capabilities.ts';

/** An order as a venue is given it. Amounts are decimal text, as in messages. */
export interface OrderRequest {
  readonly clientOrderId: string;
  /** The account's name at the venue. */
  readonly account: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: 'market';
  readonly quantity: string;
  /** Price the trader saw, in quote currency per unit; venues that need none ignore it. */
  readonly referencePrice?: string;
}

type ReportType = Extract<Message['type'], `broker.${string}`>;

/**
 * One thing that a venue said of an order, ready to be the payload of a message. The same thing has the same
 * `venueEventId` whether it came as an answer, by query or by stream.
 */
export type BrokerReport = {
  [Type in ReportType]: { readonly type: Type; readonly payload: Payload<Type> };
}[ReportType];

/**
 * How a submission ended. Only definitive words of the venue are `accepted`, `rejected` or `duplicate`; whatever leaves
 * a doubt is `unknown` and is resolved by `find`, never by sending again. `not_sent` is definitive too: nothing of this
 * attempt is at the venue, nor will be.
 */
export type SubmitOutcome =
  | { readonly outcome: 'accepted' | 'rejected' | 'duplicate'; readonly reports: readonly BrokerReport[] }
  | { readonly outcome: 'unknown'; readonly reason: string }
  | { readonly outcome: 'not_sent'; readonly cause: 'deadline_passed' | 'unreachable'; readonly reason: string };

/**
 * What the venue knows of an order. `not_found` is the venue's own word; it is final once the deadline of the last
 * attempt is past by more than `venueClockSkew`. `unavailable` says nothing about the order.
 */
export type FindOutcome =
  | { readonly outcome: 'found'; readonly reports: readonly BrokerReport[] }
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'unavailable'; readonly reason: string };

/** How a cancel ended: `closed` when the order had already ended another way. Repeating it is harmless. */
export type CancelOutcome =
  | { readonly outcome: 'cancelled' | 'closed'; readonly reports: readonly BrokerReport[] }
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'unknown'; readonly reason: string };

/** A position as the venue counts it; `netQuantity` is decimal text, negative when short. Flat ones are left out. */
export interface VenuePosition {
  readonly account: string;
  readonly symbol: string;
  readonly netQuantity: string;
}

export type PositionsOutcome =
  | { readonly outcome: 'known'; readonly positions: readonly VenuePosition[] }
  | { readonly outcome: 'unavailable'; readonly reason: string };

/** A venue. Its methods never throw for what a venue or a network does; outcomes are data. */
export interface Broker {
  /** The venue's name in orders and reports. */
  readonly name: string;
  readonly capabilities: BrokerCapabilities;
  /** Sends an order once. The deadline is compared right before the first byte leaves, and by the venue. */
  submit(order: OrderRequest, deadline: Date): Promise<SubmitOutcome>;
  find(clientOrderId: string, account: string): Promise<FindOutcome>;
  cancel(clientOrderId: string, account: string): Promise<CancelOutcome>;
  /**
   * Hands over every event after `after` (from the venue's first when undefined), in order, each when the promise of the
   * one before is fulfilled. Reconnects by itself and goes on after the last cursor handed over. Fulfilled when `signal`
   * aborts; rejects with what `onReport` threw, or with BrokerError when the cursor means nothing to the venue any more.
   */
  stream(
    after: string | undefined,
    onReport: (report: BrokerReport, cursor: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  positions(account: string): Promise<PositionsOutcome>;
  /** Closes connections; call it after every stream has ended. */
  close(): Promise<void>;
}
