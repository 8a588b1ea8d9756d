import type { Exits, OrderRole, OrderStatus, OrderTerms, Side, SpreadLeg } from '@keelson/contracts';
import type { Decimal, Id } from '@keelson/kernel';

/** Which order it is, and what is asked of the venue but for the amounts: never changed once it is written. */
export interface OrderIdentity {
  readonly orderId: Id;
  readonly intentId: Id;
  readonly signalId: Id;
  readonly accountId: Id;
  readonly broker: string;
  readonly clientOrderId: string;
  /** 0: the entry, or a spread's first leg. See legs.ts. */
  readonly leg: number;
  readonly revision: number;
  readonly role: OrderRole;
  readonly symbol: string;
  readonly side: Side;
  readonly terms: OrderTerms;
  readonly reduceOnly: boolean;
  readonly currency: string;
  /** The order in whose place this revision shall stand. */
  readonly replaces: Id | undefined;
}

/** An order as the steps work on it. */
export interface OrderRecord extends OrderIdentity {
  readonly quantity: Decimal;
  readonly referencePrice: Decimal;
  readonly multiplier: Decimal;
  readonly status: OrderStatus;
  readonly filledQuantity: Decimal;
  /** Sum of quantity × price of the fills. */
  readonly filledValue: Decimal;
  /** Executed, then taken back by the venue: neither filled nor open. */
  readonly bustedQuantity: Decimal;
  /** Exposure still reserved for the open remainder. */
  readonly reserved: Decimal;
  /** Of a revision: what was open of that order when this one was asked for. */
  readonly askedOpen: Decimal | undefined;
  /** The cancel or replacement that was asked of the venue and is not answered; of a revision, the one that asked for it. */
  readonly attemptId: Id | undefined;
  /** Set when the order shall end. `planned`: its own intent had no use for it, or a halt that is over took it, and may need another one later. */
  readonly cancel: { readonly reason: string; readonly planned: boolean } | undefined;
}

/** What the orders of a signal have in common. */
export interface IntentRecord {
  readonly intentId: Id;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Decimal;
  /** Exposure that was reserved for all of it. */
  readonly notional: Decimal;
  /** Units of the account's currency, in which exposure is, for one of the orders'. */
  readonly rate: Decimal;
  readonly exits: Exits | undefined;
  readonly legs: readonly SpreadLeg[] | undefined;
}

/** What of an order may still be filled. */
export function openQuantity(order: OrderRecord): Decimal {
  return order.quantity.minus(order.filledQuantity).minus(order.bustedQuantity);
}
