import { Decimal, invariant } from '@keelson/kernel';
import type { OrderRecord } from './records.ts';
import type { Conditions, Terms } from './terms.ts';
import { termFields } from './terms.ts';

export type OrderStatus =
  'accepted' | 'partially_filled' | 'filled' | 'rejected' | 'cancelled' | 'expired' | 'replaced';

/** The part of an order's record that is needed after it was booked. */
export interface Plan extends Terms {
  readonly outcome: OrderRecord['outcome'];
  readonly client_order_id?: string;
  readonly venue_order_id: string;
  readonly account: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: string;
  readonly first_quantity?: string;
  readonly reduce_only?: true;
  readonly replaces?: string;
  readonly reason?: string;
}

/**
 * An order in memory. Closed orders stay for ever, to refuse their id a second time, so this is kept small: about 500 bytes
 * an order, and events stay in the file. 256 MiB of memory thus hold some 200,000 orders; then the log is to be moved away.
 */
export interface BookedOrder {
  readonly plan: Plan;
  /** Milliseconds since 1970. */
  readonly placedAt: number;
  /** Absent for an order at the market. */
  conditions: Conditions | undefined;
  status: OrderStatus | 'new';
  filled: string;
  /** Sum of quantity × price of the fills. */
  value: string;
  reason: string | undefined;
  /** `seq` of each of its events. */
  events: readonly number[];
  /** Lines of events that only the venue's book has. */
  silent: readonly string[] | undefined;
}

/** An order as the venue tells of it; amounts are decimal text. */
export interface OrderView {
  readonly venue_order_id: string;
  readonly client_order_id?: string;
  readonly account: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: string;
  readonly filled_quantity: string;
  /** Volume-weighted; absent before the first fill. */
  readonly average_price?: string;
  readonly status: OrderStatus;
  readonly reason?: string;
}

/** An order in a list, with all that it asks for. */
export interface ListedOrder extends OrderView, Terms {
  readonly reduce_only: boolean;
  readonly placed_at: string;
}

/** What an order is known by: its client's id, or the venue's own for one that was entered by hand. */
export function keyOf(order: {
  readonly client_order_id?: string | undefined;
  readonly venue_order_id: string;
}): string {
  return order.client_order_id ?? order.venue_order_id;
}

/** True while the order may still change: accepted and not completely filled, or not yet acted on. */
export function isOpen(order: BookedOrder): boolean {
  return order.status === 'new' || order.status === 'accepted' || order.status === 'partially_filled';
}

export function remainderOf({ plan, filled }: BookedOrder): Decimal {
  return new Decimal(plan.quantity).minus(filled);
}

/** True for an order that takes what it gets at once, and leaves the rest. */
export function isImmediate({ plan }: BookedOrder): boolean {
  return plan.time_in_force === 'ioc' || plan.time_in_force === 'fok';
}

/** The number of the next of its events, which is the last part of that event's id. */
export function nextEventNumber({ events, silent }: BookedOrder): number {
  return events.length + (silent?.length ?? 0) + 1;
}

/** The order as it travels. */
export function viewOf({ plan, status, filled, value, reason }: BookedOrder): OrderView {
  invariant(status !== 'new', 'Nobody sees an order before its first event');
  return {
    venue_order_id: plan.venue_order_id,
    ...(plan.client_order_id === undefined ? {} : { client_order_id: plan.client_order_id }),
    account: plan.account,
    symbol: plan.symbol,
    side: plan.side,
    quantity: plan.quantity,
    filled_quantity: filled,
    ...(filled === '0' ? {} : { average_price: new Decimal(value).dividedBy(filled).toDecimalPlaces(12).toFixed() }),
    status,
    ...(reason === undefined ? {} : { reason }),
  };
}

export function listedViewOf(order: BookedOrder): ListedOrder {
  const { plan, placedAt } = order;
  return {
    ...viewOf(order),
    type: plan.type,
    time_in_force: 'day',
    ...termFields(plan),
    reduce_only: plan.reduce_only ?? false,
    placed_at: new Date(placedAt).toISOString(),
  };
}
