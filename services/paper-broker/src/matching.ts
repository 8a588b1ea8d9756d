import { type Clock, Decimal } from '@keelson/kernel';
import type { Book } from './book.ts';
import type { Faults } from './faults.ts';
import { type BookedOrder, isImmediate, isOpen, keyOf, nextEventNumber, remainderOf } from './orders.ts';
import { type EventRecord, eventLine, type SilentRecord, wireEvent } from './records.ts';
import type { VenueLog } from './venue-log.ts';

/** Parts of a venue's state that its decisions need; one object, since they live and die together. */
export interface VenueParts {
  readonly book: Book;
  readonly log: VenueLog;
  readonly faults: Faults;
  readonly clock: Clock;
  /** The incarnation of the log, the first part of every id. */
  readonly logId: string;
}

/** What happened, beside which order it happened to. */
export type Happening = Omit<
  SilentRecord,
  'kind' | 'event_id' | 'client_order_id' | 'venue_order_id' | 'account' | 'symbol' | 'side' | 'at'
>;

/**
 * Executes orders. Invariant: what an order will do follows from its plan and the prices, both of which are in the log,
 * so that a restart at any point carries on exactly there, with the same ids.
 */
export class Matching {
  readonly #parts: VenueParts;
  /** Second parts of orders that fill in two, by order key. */
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #closed = false;

  constructor(parts: VenueParts) {
    this.#parts = parts;
  }

  /**
   * Does what an order has next, whatever was done before: fresh orders and those of a restart alike. Returns what is
   * told of it; with `shown` false that is nothing, and what happens at once is in the venue's book alone.
   */
  carryOn(order: BookedOrder, shown?: false): string[] {
    const { plan } = order;
    const events: string[] = [];
    if (order.events.length === 0 && order.silent === undefined) {
      const refused = plan.outcome === 'rejected';
      if (!refused) events.push(...this.#takePlace(order));
      const what: Happening = refused ? { type: 'rejected', reason: plan.reason } : { type: 'accepted' };
      events.push(...this.emit(order, what, shown));
    }
    if (!isOpen(order)) return events;
    if (order.filled === '0') events.push(...this.#execute(order, shown));
    else if (this.#isAllowed(order)) this.#fillRestLater(order);
    return events;
  }

  /** Executes whatever the price of a symbol now allows; each fill moves it, so until nothing is left that may. */
  match(symbol: string): void {
    for (let ready = this.#ready(symbol); ready.length > 0; ready = this.#ready(symbol)) {
      for (const order of ready) if (isOpen(order) && this.#isAllowed(order)) this.#execute(order);
    }
  }

  /** Ends the open remainder of an order. */
  end(order: BookedOrder, type: 'cancelled' | 'expired', reason: string, told?: boolean): void {
    this.#forget(order);
    this.emit(order, { type, reason }, told);
  }

  /** Writes an event and gives it as it travels; nothing to tell while the venue is told to keep silent. */
  emit(order: BookedOrder, what: Happening, told = !this.#parts.faults.takeMuted(what.type)): string[] {
    const { book, log, clock } = this.#parts;
    const { client_order_id, venue_order_id, account, symbol, side } = order.plan;
    const event = {
      ...{ event_id: `${venue_order_id}-${nextEventNumber(order)}`, ...(told && { seq: book.lastSeq + 1 }) },
      ...what,
      ...(client_order_id !== undefined && { client_order_id }),
      ...{ venue_order_id, account, symbol, side, at: clock.now().toISOString() },
    };
    const record = { kind: told ? 'event' : 'silent', ...event } as EventRecord | SilentRecord;
    const line = eventLine(record);
    book.applyEvent(record);
    log.append(line);
    return told ? [wireEvent(line)] : [];
  }

  /** Writes an execution at the price of the moment, or at a given one. */
  fill(order: BookedOrder, quantity: Decimal, options: { price?: Decimal; told?: boolean | undefined } = {}): string[] {
    const { faults } = this.#parts;
    const price = options.price ?? this.#priceFor(order);
    const rate = new Decimal(faults.state.fee_per_unit);
    return this.emit(
      order,
      {
        type: 'filled',
        quantity: quantity.toFixed(),
        price: price.toFixed(),
        cumulative_quantity: quantity.plus(order.filled).toFixed(),
        ...(rate.isZero() ? {} : { fee: rate.times(quantity).toFixed() }),
      },
      options.told,
    );
  }

  /** Stops all timers; open orders are taken up again by the next process. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** The order that this one replaces goes in the same turn, before it: the two are never open together. */
  #takePlace({ plan: { replaces, client_order_id } }: BookedOrder): string[] {
    const old = replaces === undefined ? undefined : this.#parts.book.find(replaces);
    if (old === undefined || !isOpen(old)) return [];
    this.#forget(old);
    return this.emit(old, { type: 'replaced', replaced_by: client_order_id });
  }

  #ready(symbol: string): BookedOrder[] {
    return this.#parts.book.executable(symbol).filter((order) => !this.#timers.has(keyOf(order.plan)));
  }

  #isAllowed({ plan, conditions }: BookedOrder): boolean {
    return conditions === undefined || conditions.allow(this.#parts.book.prices.current(plan.symbol));
  }

  /** Fills what the plan has next, if the price allows it; what takes only what it gets at once ends here. */
  #execute(order: BookedOrder, shown?: false): string[] {
    const events: string[] = [];
    if (this.#isAllowed(order)) events.push(...this.#fillNextPart(order, shown));
    if (!isOpen(order)) return events;
    if (isImmediate(order)) {
      this.#forget(order);
      events.push(...this.emit(order, { type: 'expired', reason: 'the rest could not be filled at once' }, shown));
    } else if (order.filled !== '0' && this.#isAllowed(order)) this.#fillRestLater(order);
    return events;
  }

  #fillNextPart(order: BookedOrder, shown: false | undefined): string[] {
    const { plan } = order;
    const planned = order.filled === '0' && plan.first_quantity ? new Decimal(plan.first_quantity) : remainderOf(order);
    const quantity = plan.reduce_only ? Decimal.min(planned, this.#reducible(order)) : planned;
    const events = quantity.greaterThan(0) ? this.fill(order, quantity, { told: shown }) : [];
    if (!isOpen(order) || quantity.equals(planned)) return events;
    this.#forget(order);
    const reason = 'reduce-only: no position is left to reduce';
    return [...events, ...this.emit(order, { type: 'cancelled', reason }, shown)];
  }

  /** How much of the account's position lies on the other side. */
  #reducible({ plan: { account, symbol, side } }: BookedOrder): Decimal {
    const net = this.#parts.book.holdings.net(account, symbol);
    return Decimal.max(0, side === 'sell' ? net : net.negated());
  }

  #priceFor(order: BookedOrder): Decimal {
    const part = order.filled === '0' ? 1 : 2;
    const price = this.#parts.book.prices.execution(order.plan.symbol, keyOf(order.plan), part);
    return order.conditions?.bounded(price) ?? price;
  }

  #fillRestLater(order: BookedOrder): void {
    const key = keyOf(order.plan);
    const fillRest = (): void => {
      this.#timers.delete(key);
      if (this.#closed || !isOpen(order)) return;
      this.#execute(order);
      this.match(order.plan.symbol);
    };
    if (this.#timers.has(key)) return;
    this.#timers.set(key, setTimeout(fillRest, this.#parts.faults.latency(key, 1)));
  }

  #forget({ plan }: BookedOrder): void {
    clearTimeout(this.#timers.get(keyOf(plan)));
    this.#timers.delete(keyOf(plan));
  }
}
