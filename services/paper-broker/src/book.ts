import { Decimal, invariant } from '@keelson/kernel';
import { Executions } from './executions.ts';
import { Holdings } from './holdings.ts';
import { type BookedOrder, isOpen, keyOf, type Plan } from './orders.ts';
import type { PriceSource } from './prices.ts';
import {
  type AdjustmentRecord,
  eventLine,
  type EventRecord,
  type LogLine,
  type OrderRecord,
  type SilentRecord,
} from './records.ts';
import { Conditions, termFields } from './terms.ts';

type AnyEvent = EventRecord | SilentRecord;

/**
 * Everything the venue knows, as a fold over the lines of its log: the running venue and a rebuild after a crash go through
 * the same functions, so they cannot come to different results.
 */
export class Book {
  readonly prices: PriceSource;
  readonly holdings = new Holdings();
  readonly executions = new Executions();
  /** By client order id, or the venue's where there is none. */
  readonly #orders = new Map<string, BookedOrder>();
  /** In the order of booking, which is that of the venue's numbers. */
  readonly #numbered: BookedOrder[] = [];
  readonly #open = new Map<string, BookedOrder>();
  /** Open orders with conditions, by symbol: those that a price may set off. */
  readonly #resting = new Map<string, Map<string, BookedOrder>>();
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
    return this.#numbered.length;
  }

  find(key: string): BookedOrder | undefined {
    return this.#orders.get(key);
  }

  findByVenueId(venueOrderId: string): BookedOrder | undefined {
    const order = this.#numbered[Number(venueOrderId.slice(venueOrderId.lastIndexOf('-') + 1)) - 1];
    return order?.plan.venue_order_id === venueOrderId ? order : undefined;
  }

  /** Orders that may still change, oldest first. */
  openOrders(): BookedOrder[] {
    return [...this.#open.values()];
  }

  /** Open orders with conditions that the price now allows, oldest first. */
  executable(symbol: string): BookedOrder[] {
    const resting = this.#resting.get(symbol);
    if (resting === undefined || resting.size === 0) return [];
    const price = this.prices.current(symbol);
    return [...resting.values()].filter(({ conditions }) => conditions?.allow(price));
  }

  apply(line: LogLine): void {
    switch (line.kind) {
      case 'order':
        return void this.applyOrder(line);
      case 'event':
      case 'silent':
        return void this.applyEvent(line);
      case 'price':
        this.prices.pin(line.symbol, line.price === undefined ? undefined : new Decimal(line.price));
        return this.#see(line.symbol);
      case 'seed':
        return this.prices.reseed(line.seed);
      case 'adjustment':
        return this.#adjust(line);
      case 'log':
      case 'note':
      case 'strike':
    }
  }

  applyOrder(record: OrderRecord): BookedOrder {
    const key = keyOf(record);
    invariant(!this.#orders.has(key), 'A client order id is booked once');
    const resting = record.type !== 'market' || record.reduce_only === true;
    if (record.reference_price !== undefined) {
      this.prices.anchor(record.symbol, new Decimal(record.reference_price), resting);
      this.#see(record.symbol);
    }
    const order = orderOf(record, this.#planOf(record));
    this.#orders.set(key, order);
    this.#numbered.push(order);
    this.#open.set(key, order);
    if (order.conditions !== undefined) this.#rest(key, order, order.conditions);
    return order;
  }

  applyEvent(event: AnyEvent): BookedOrder {
    const key = keyOf(event);
    const order = this.#orders.get(key);
    invariant(order !== undefined, 'An event belongs to an order that was booked before it');
    if (event.type === 'duplicated') {
      this.executions.add(event);
      return order;
    }
    if (event.kind === 'event') {
      invariant(event.seq === this.#lastSeq + 1, 'Events follow each other without a gap');
      this.#lastSeq = event.seq;
      // A new array, since a pushed one keeps room for seventeen.
      order.events = order.events.concat(event.seq);
    } else {
      order.silent = (order.silent ?? []).concat(eventLine(event));
    }
    order.reason = event.reason ?? order.reason;
    this.#fold(order, event);
    if (!isOpen(order)) this.#close(key, order);
    return order;
  }

  #fold(order: BookedOrder, event: AnyEvent): void {
    switch (event.type) {
      case 'filled':
        return this.#applyFill(order, event);
      case 'busted':
      case 'corrected':
        return this.#applyAmendment(order, event);
      case 'duplicated':
        return;
      default:
        order.status = event.type;
    }
  }

  #applyFill(order: BookedOrder, event: AnyEvent): void {
    invariant(event.quantity !== undefined && event.price !== undefined, 'A fill has a quantity and a price');
    const filled = new Decimal(order.filled).plus(event.quantity);
    const whole = filled.greaterThanOrEqualTo(order.plan.quantity);
    // Only a book that is made wrong on command holds more than was ordered.
    invariant(event.kind === 'silent' || filled.lessThanOrEqualTo(order.plan.quantity), 'An order is never overfilled');
    order.filled = filled.toFixed();
    order.value = new Decimal(order.value).plus(new Decimal(event.quantity).times(event.price)).toFixed();
    if (isOpen(order)) order.status = whole ? 'filled' : 'partially_filled';
    this.prices.advance(event.symbol);
    this.#see(event.symbol);
    const { account, symbol, price, fee } = event;
    this.holdings.apply({ account, symbol, units: signed(event, event.quantity), price, fee });
    this.executions.add(event);
  }

  /** A fill is taken back, or becomes another one; an order that has ended stays ended. */
  #applyAmendment(order: BookedOrder, event: AnyEvent): void {
    const { execution_id: executionId, previous_quantity: before, previous_price: beforePrice } = event;
    const { account, symbol, quantity = '0', price = '0' } = event;
    invariant(
      executionId !== undefined && before !== undefined && beforePrice !== undefined,
      'It names what it amends',
    );
    this.executions.amend(executionId, event.type === 'busted' ? 'busted' : { quantity, price });
    order.filled = new Decimal(order.filled).minus(before).plus(quantity).toFixed();
    const value = new Decimal(quantity).times(price).minus(new Decimal(before).times(beforePrice));
    order.value = value.plus(order.value).toFixed();
    this.holdings.apply({ account, symbol, units: signed(event, before).negated(), price: beforePrice });
    if (event.type === 'corrected') this.holdings.apply({ account, symbol, units: signed(event, quantity), price });
  }

  #adjust({ account, symbol, currency, amount }: AdjustmentRecord): void {
    if (symbol !== undefined) this.holdings.setPosition(account, symbol, new Decimal(amount));
    if (currency !== undefined) this.holdings.addCash(account, currency, new Decimal(amount));
  }

  #planOf(record: OrderRecord): Plan {
    const { client_order_id, reduce_only, first_quantity, replaces, reason } = record;
    return {
      outcome: record.outcome,
      ...(client_order_id === undefined ? {} : { client_order_id }),
      venue_order_id: record.venue_order_id,
      account: this.#shared(record.account),
      symbol: this.#shared(record.symbol),
      side: record.side,
      type: record.type,
      quantity: record.quantity,
      ...termFields(record),
      ...(reduce_only === undefined ? {} : { reduce_only }),
      ...(first_quantity === undefined ? {} : { first_quantity }),
      ...(replaces === undefined ? {} : { replaces }),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  #shared(name: string): string {
    const known = this.#names.get(name);
    if (known === undefined) this.#names.set(name, name);
    return known ?? name;
  }

  #rest(key: string, order: BookedOrder, conditions: Conditions): void {
    const { symbol } = order.plan;
    let resting = this.#resting.get(symbol);
    if (resting === undefined) this.#resting.set(symbol, (resting = new Map<string, BookedOrder>()));
    resting.set(key, order);
    conditions.see(this.prices.current(symbol));
  }

  #close(key: string, order: BookedOrder): void {
    this.#open.delete(key);
    if (order.conditions === undefined) return;
    this.#resting.get(order.plan.symbol)?.delete(key);
    order.conditions = undefined;
  }

  /** The price of a symbol may have moved: whatever waits for one looks at it. */
  #see(symbol: string): void {
    const resting = this.#resting.get(symbol);
    if (resting === undefined || resting.size === 0) return;
    const price = this.prices.current(symbol);
    for (const { conditions } of resting.values()) conditions?.see(price);
  }
}

function orderOf(record: OrderRecord, plan: Plan): BookedOrder {
  return {
    plan,
    placedAt: Date.parse(record.at),
    conditions: record.type === 'market' ? undefined : new Conditions(record, record.side),
    status: 'new',
    filled: '0',
    value: '0',
    reason: undefined,
    events: [],
    silent: undefined,
  };
}

function signed({ side }: AnyEvent, quantity: string): Decimal {
  const units = new Decimal(quantity);
  return side === 'buy' ? units : units.negated();
}
