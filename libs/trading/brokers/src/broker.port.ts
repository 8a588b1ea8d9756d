import type { Message, OrderTerms, Payload, Side } from '@keelson/contracts';
import type { BrokerCapabilities } from './capabilities.ts';

/** An order as a venue is given it. Amounts are decimal text, as in messages. */
export interface OrderRequest {
  readonly clientOrderId: string;
  /** The account's name at the venue. */
  readonly account: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly terms: OrderTerms;
  /** True where it must never open or enlarge a position; venues that know the flag enforce it. */
  readonly reduceOnly: boolean;
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

/** A revision in the place of a working order. `quantity` is what shall be open from then on. */
export interface ReplaceRequest {
  readonly account: string;
  /** The order that goes. */
  readonly clientOrderId: string;
  /** What is open of it, as far as the caller knows; a venue that can compare replaces nothing when it is not so any more. */
  readonly openQuantity?: string;
  /** The order that comes; refused as duplicate when the venue has it already. */
  readonly revision: Omit<OrderRequest, 'account'>;
}

/** `closed`: the order had ended, or is ending, or another quantity of it was open; nothing came in its place. */
export type ReplaceOutcome =
  | { readonly outcome: 'replaced' | 'closed' | 'refused'; readonly reports: readonly BrokerReport[] }
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'unknown'; readonly reason: string };

/** An order as the venue shows it, ours or not: a manual one has no client order id of ours. */
export interface VenueOrder {
  readonly account: string;
  readonly venueOrderId: string;
  readonly clientOrderId: string | undefined;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly filledQuantity: string;
  readonly terms: OrderTerms;
  readonly reduceOnly: boolean;
  readonly placedAt: string;
}

/** An execution as the venue's books have it. `executionId` is what fills, busts and corrections are matched by. */
export interface VenueExecution {
  readonly account: string;
  readonly executionId: string;
  readonly venueOrderId: string;
  readonly clientOrderId: string | undefined;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly price: string;
  readonly fee: string | undefined;
  readonly at: string;
}

/** What an account is worth at its venue, per currency; decimal text. */
export interface VenueBalance {
  readonly account: string;
  readonly currency: string;
  readonly cash: string;
}

/** What a venue shows when asked; `asOf` is the venue's time of the snapshot, ISO 8601. */
export type Snapshot<What> =
  | { readonly outcome: 'known'; readonly asOf: string; readonly items: readonly What[] }
  | { readonly outcome: 'unavailable'; readonly reason: string };

/** How a cancel-all ended: `requested` counts the orders that the venue took it for; `open` ones are seen by openOrders. */
export type CancelAllOutcome =
  { readonly outcome: 'requested'; readonly count: number } | { readonly outcome: 'unknown'; readonly reason: string };

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
  /** Addressed by the venue's own id: for orders that are not ours. */
  cancelAtVenue(venueOrderId: string, account: string): Promise<CancelOutcome>;
  /**
   * The venue's own mass cancel, manual orders included. With `keepReduceOnly` protective orders stay; a venue without
   * that distinction says so in its capabilities, and the caller cancels one by one instead.
   */
  cancelAll(account: string, options: { readonly keepReduceOnly: boolean }): Promise<CancelAllOutcome>;
  replace(request: ReplaceRequest, deadline: Date): Promise<ReplaceOutcome>;
  positions(account: string): Promise<PositionsOutcome>;
  openOrders(account: string): Promise<Snapshot<VenueOrder>>;
  /** Every execution of the account since then, busted ones left out, corrected ones as corrected. */
  executions(account: string, since: Date): Promise<Snapshot<VenueExecution>>;
  balances(account: string): Promise<Snapshot<VenueBalance>>;
  /** Brings what the first request needs, so that no order waits for it. */
  warm?(): Promise<void>;
  /** Closes connections; call it after every stream has ended. */
  close(): Promise<void>;
}
