import { Decimal, invariant } from '@keelson/kernel';
import type { PriceSource } from './prices.ts';
import type { EventRecord, OrderRecord } from './records.ts';

export type OrderStatus = 'accepted' | 'partially_filled' | 'filled' | 'rejected' | 'cancelled';

/** An order as the venue tells of it; amounts are decimal text. */
export interface OrderView {
  readonly venue_order_id: string;
  readonly client_order_id: string;
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

/** What a position is; `quantity` is negative when short. */
export interface PositionView {
  readonly account: string;
  readonly symbol: string;
  readonly quantity: string;
}

/** The part of an order's record that is needed after it was booked. */
export type Plan = Pick<
  OrderRecord,
  | 'outcome'
  | 'client_order_id'
  | 'venue_order_id'
  | 'account'
  | 'symbol'
  | 'side'
  | 'quantity'
  | 'first_quantity'
  | 'reason'
>;

/**
 * An order in memory. Closed orders stay for ever, to refuse their id a second time, so this is kept small: about 450 bytes
 * an order, and events stay in the file. 256 MiB of memory thus hold some 200,000 orders; then the log is to be moved away.
 */
export interface BookedOrder {
  readonly plan: Plan;
  status: OrderStatus | 'new';
  filled: string;
  /** Sum of quantity × price of the fills. */
  value: string;
  reason: string | undefined;
  /** `seq` of each of its events. */
  events: readonly number[];
}

/**
 * Everything the venue knows, as a fold over the lines of its log: the running venue and a rebuild after a crash go through
 * the same two functions, so they cannot come to different results.
 */
export class Book {
  readonly prices: PriceSource;
  readonly #orders = new Map<string, BookedOrder>();
  readonly #open = new Map<string, BookedOrder>();
  readonly #positions = new Map<string, Map<string, Decimal>>();
  /** One copy of each account and symbol, however many orders name it. */
  readonly #names = new Map<string, string>();
  #lastSeq = 0;

  constructor(prices: PriceSource) {
    this.prices = prices;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get orderCount(): number {
    return this.#orders.size;
  }

  find(clientOrderId: string): BookedOrder | undefined {
    return this.#orders.get(clientOrderId);
  }

  /** Orders that may still change, oldest first. */
  openOrders(): BookedOrder[] {
    return [...this.#open.values()];
  }

  /** All positions, or those of one account; flat ones are left out. */
  positions(account?: string): PositionView[] {
    const accounts = account === undefined ? [...this.#positions.keys()] : [account];
    return accounts.flatMap((name) =>
      [...(this.#positions.get(name) ?? [])]
        .filter(([, net]) => !net.isZero())
        .map(([symbol, net]) => ({ account: name, symbol, quantity: net.toFixed() })),
    );
  }

  applyOrder(record: OrderRecord): BookedOrder {
    invariant(!this.#orders.has(record.client_order_id), 'A client order id is booked once');
    if (record.reference_price !== undefined) this.prices.anchor(record.symbol, new Decimal(record.reference_price));
    const order: BookedOrder = {
      plan: this.#planOf(record),
      status: 'new',
      filled: '0',
      value: '0',
      reason: undefined,
      events: [],
    };
    this.#orders.set(record.client_order_id, order);
    this.#open.set(record.client_order_id, order);
    return order;
  }

  applyEvent(event: EventRecord): BookedOrder {
    invariant(event.seq === this.#lastSeq + 1, 'Events follow each other without a gap');
    const order = this.#orders.get(event.client_order_id);
    invariant(order !== undefined, 'An event belongs to an order that was booked before it');
    this.#lastSeq = event.seq;
    // A new array, since a pushed one keeps room for seventeen.
    order.events = order.events.concat(event.seq);
    order.reason = event.reason ?? order.reason;
    if (event.type === 'filled') this.#applyFill(order, event);
    else order.status = event.type;
    if (!isOpen(order)) this.#open.delete(event.client_order_id);
    return order;
  }

  #planOf(record: OrderRecord): Plan {
    return {
      outcome: record.outcome,
      client_order_id: record.client_order_id,
      venue_order_id: record.venue_order_id,
      account: this.#shared(record.account),
      symbol: this.#shared(record.symbol),
      side: record.side,
      quantity: record.quantity,
      ...(record.first_quantity === undefined ? {} : { first_quantity: record.first_quantity }),
      ...(record.reason === undefined ? {} : { reason: record.reason }),
    };
  }

  #shared(name: string): string {
    const known = this.#names.get(name);
    if (known === undefined) this.#names.set(name, name);
    return known ?? name;
  }

  #applyFill(order: BookedOrder, event: EventRecord): void {
    invariant(event.quantity !== undefined && event.price !== undefined, 'A fill has a quantity and a price');
    const filled = new Decimal(order.filled).plus(event.quantity);
    invariant(filled.lessThanOrEqualTo(order.plan.quantity), 'An order is never filled beyond its quantity');
    order.filled = filled.toFixed();
    order.value = new Decimal(order.value).plus(new Decimal(event.quantity).times(event.price)).toFixed();
    order.status = filled.equals(order.plan.quantity) ? 'filled' : 'partially_filled';
    this.prices.advance(event.symbol);
    const signed = event.side === 'buy' ? new Decimal(event.quantity) : new Decimal(event.quantity).negated();
    let positions = this.#positions.get(event.account);
    if (positions === undefined) this.#positions.set(event.account, (positions = new Map()));
    positions.set(event.symbol, (positions.get(event.symbol) ?? new Decimal(0)).plus(signed));
  }
}

/** True while the order may still change: accepted and not completely filled, or not yet acted on. */
export function isOpen(order: BookedOrder): boolean {
  return order.status === 'new' || order.status === 'accepted' || order.status === 'partially_filled';
}

/** The order as it travels. */
export function viewOf({ plan, status, filled, value, reason }: BookedOrder): OrderView {
  invariant(status !== 'new', 'Nobody sees an order before its first event');
  return {
    venue_order_id: plan.venue_order_id,
    client_order_id: plan.client_order_id,
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
