import type { VenueBalance, VenueExecution, VenueOrder, VenuePosition } from '@keelson/brokers';
import type { OrderStatus, Side } from '@keelson/contracts';
import { Decimal, type Id, ZERO } from '@keelson/kernel';

/** An order as our books have it. */
export interface OurOrder {
  readonly orderId: Id;
  readonly signalId: Id;
  readonly clientOrderId: string;
  readonly venueOrderId: string | undefined;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly filledQuantity: Decimal;
  readonly status: OrderStatus;
  /**
   * Something of its signal is under way here: a claim, a cancel, a report that no step has worked off; or it was sent, or
   * heard of, after the venue was asked.
   */
  readonly busy: boolean;
}

/** A fill as our books have it; busted ones are left out, as the venue leaves them out. */
export interface OurFill {
  readonly fillId: Id;
  readonly executionId: string;
  readonly clientOrderId: string;
  readonly signalId: Id;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly multiplier: Decimal;
  readonly currency: string;
  readonly fee: Decimal;
  readonly executedAt: Date;
  /** The venue changed it after it was made: its time here is that of the change. */
  readonly corrected: boolean;
  /** A future: what it moves of our cash is known when it is closed. */
  readonly margined: boolean;
}

/** An account in our books, read after the venue was asked. */
export interface OurPicture {
  readonly orders: readonly OurOrder[];
  /** All since the start of the window, those newer than the venue's picture too. */
  readonly fills: readonly OurFill[];
  readonly positions: ReadonlyMap<string, Decimal>;
  /** In the venue's terms: with the cost of open futures taken off where the venue has them paid in full. */
  readonly cash: ReadonlyMap<string, Decimal>;
  /** Symbols with fills that are not booked yet: their positions, and cash, are behind their fills. */
  readonly unbooked: ReadonlySet<string>;
  /** Since when the account's trading is not ACTIVE; undefined when it is. */
  readonly haltedSince: Date | undefined;
}

/** An account in the venue's books. Executions were asked for last, so they cover all that the others show. */
export interface VenuePicture {
  /** The venue's time before which all parts were still to be asked for. */
  readonly from: Date;
  /** The venue's time of the executions. */
  readonly asOf: Date;
  /** Executions are complete from here on. */
  readonly since: Date;
  readonly openOrders: readonly VenueOrder[];
  readonly executions: readonly VenueExecution[];
  readonly positions: readonly VenuePosition[];
  readonly balances: readonly VenueBalance[];
  /** Its cash moves by the whole price of a future. */
  readonly futuresInFull: boolean;
}

/** What a trade adds to a position. */
export function signed(side: Side, quantity: Decimal | string): Decimal {
  const amount = new Decimal(quantity);
  return side === 'buy' ? amount : amount.negated();
}

export function sum(amounts: readonly Decimal[]): Decimal {
  return amounts.reduce((total, amount) => total.plus(amount), ZERO);
}
