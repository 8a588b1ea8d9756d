import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, Decimal } from '@keelson/kernel';
import { type Book, type BookedOrder, isOpen, viewOf } from './book.ts';
import { draw } from './draw.ts';
import type { Faults } from './faults.ts';
import { type EventRecord, eventLine, type OrderRecord, wireEvent } from './records.ts';
import type { OrderRequest } from './requests.ts';
import type { VenueLog } from './venue-log.ts';

/** What the venue says to a request about an order. `text` is the JSON of `{order, events}`. */
export type VenueAnswer =
  | { readonly outcome: 'done' | 'duplicate'; readonly text: string }
  | { readonly outcome: 'deadline_passed' | 'not_found' };

/** Parts of a venue's state that its decisions need; one object, since they live and die together. */
export interface VenueParts {
  readonly book: Book;
  readonly log: VenueLog;
  readonly faults: Faults;
  readonly clock: Clock;
  /** The incarnation of the log, the first part of every id. */
  readonly logId: string;
}

/**
 * The matching of the simulated venue. Invariants: a client order id is accepted once for the life of the log; every
 * answer was written before it is given; what an order will do is planned and written when it is accepted, so that a
 * restart at any point carries on exactly there, with the same ids.
 */
export class Venue {
  readonly #parts: VenueParts;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #closed = false;

  constructor(parts: VenueParts) {
    this.#parts = parts;
  }

  /** Takes up every order that was open when the last process ended. */
  resume(): void {
    for (const order of this.#parts.book.openOrders()) this.#carryOn(order, []);
  }

  /** Decides on an order after `delayMs`; fulfilled when the decision is written. */
  async submit(request: OrderRequest, delayMs: number): Promise<VenueAnswer> {
    if (delayMs > 0) await sleep(delayMs);
    const { book, log, clock } = this.#parts;
    const known = book.find(request.client_order_id);
    if (known !== undefined) return { outcome: 'duplicate', text: await this.#tell(known) };
    if (clock.now() > new Date(request.deadline)) return { outcome: 'deadline_passed' };
    const record = this.#plan(request);
    log.append(JSON.stringify(record));
    const events: string[] = [];
    const order = book.applyOrder(record);
    this.#carryOn(order, events);
    // Composed before the wait: the answer tells what was decided here, not what a second fill adds meanwhile.
    const text = compose(order, events);
    await log.written();
    return { outcome: 'done', text };
  }

  /** An order and all its events so far. `not_found` is definitive for an order whose deadline has passed. */
  async find(clientOrderId: string): Promise<VenueAnswer> {
    const order = this.#parts.book.find(clientOrderId);
    return order === undefined ? { outcome: 'not_found' } : { outcome: 'done', text: await this.#tell(order) };
  }

  /** Ends the open remainder of an order. Repeating it, or cancelling what is closed, changes nothing. */
  async cancel(clientOrderId: string): Promise<VenueAnswer> {
    const order = this.#parts.book.find(clientOrderId);
    if (order === undefined) return { outcome: 'not_found' };
    if (isOpen(order)) {
      clearTimeout(this.#timers.get(clientOrderId));
      this.#timers.delete(clientOrderId);
      this.#emit(order, { type: 'cancelled', reason: 'cancelled by the client' });
    }
    return { outcome: 'done', text: await this.#tell(order) };
  }

  /** Stops all timers; open orders are taken up again by the next process. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #plan(request: OrderRequest): OrderRecord {
    const { book, faults, clock, logId } = this.#parts;
    const refused = faults.takeReject(request.client_order_id);
    const first = refused ? undefined : this.#firstPart(request);
    return {
      kind: 'order',
      outcome: refused ? 'rejected' : 'accepted',
      client_order_id: request.client_order_id,
      account: request.account,
      symbol: request.symbol,
      side: request.side,
      type: request.type,
      quantity: request.quantity,
      ...(request.reference_price === undefined ? {} : { reference_price: request.reference_price }),
      venue_order_id: `${logId}-${String(book.orderCount + 1).padStart(7, '0')}`,
      ...(first === undefined ? {} : { first_quantity: first }),
      ...(refused ? { reason: 'simulated rejection' } : {}),
      at: clock.now().toISOString(),
    };
  }

  /** Between a quarter and three quarters of the order, in its own smallest unit; one unit cannot be split. */
  #firstPart({ client_order_id: subject, quantity }: OrderRequest): string | undefined {
    const { faults } = this.#parts;
    if (!faults.happens('partial', subject, faults.state.partial_fill_percent)) return undefined;
    const whole = new Decimal(quantity);
    const unit = new Decimal(10).pow(-whole.decimalPlaces());
    const share = 0.25 + draw(faults.state.seed, 'split', subject) / 2;
    const first = Decimal.max(unit, whole.times(share).toDecimalPlaces(whole.decimalPlaces(), Decimal.ROUND_DOWN));
    return first.lessThan(whole) ? first.toFixed() : undefined;
  }

  /** Does what an order's plan has next, whatever was done before: fresh orders and those of a restart alike. */
  #carryOn(order: BookedOrder, told: string[]): void {
    const { plan } = order;
    if (order.events.length === 0) {
      const refused = plan.outcome === 'rejected';
      told.push(
        this.#emit(order, { type: refused ? 'rejected' : 'accepted', ...(refused ? { reason: plan.reason } : {}) }),
      );
    }
    if (!isOpen(order)) return;
    if (order.filled === '0') told.push(this.#fill(order, plan.first_quantity ?? plan.quantity, 1));
    if (isOpen(order)) this.#fillRestLater(order);
  }

  #fillRestLater(order: BookedOrder): void {
    const { client_order_id: key } = order.plan;
    const fillRest = (): void => {
      this.#timers.delete(key);
      if (this.#closed || !isOpen(order)) return;
      this.#fill(order, new Decimal(order.plan.quantity).minus(order.filled).toFixed(), 2);
    };
    this.#timers.set(key, setTimeout(fillRest, this.#parts.faults.latency(key, 1)));
  }

  #fill(order: BookedOrder, quantity: string, part: number): string {
    const { symbol, client_order_id: subject } = order.plan;
    const price = this.#parts.book.prices.execution(symbol, subject, part).toFixed();
    const cumulative = new Decimal(order.filled).plus(quantity).toFixed();
    return this.#emit(order, { type: 'filled', quantity, price, cumulative_quantity: cumulative });
  }

  #emit(
    order: BookedOrder,
    what: Pick<EventRecord, 'type' | 'quantity' | 'price' | 'cumulative_quantity' | 'reason'>,
  ): string {
    const { book, log, clock } = this.#parts;
    const { client_order_id, venue_order_id, account, symbol, side } = order.plan;
    const event: EventRecord = {
      kind: 'event',
      event_id: `${venue_order_id}-${order.events.length + 1}`,
      seq: book.lastSeq + 1,
      client_order_id,
      venue_order_id,
      account,
      symbol,
      side,
      ...what,
      at: clock.now().toISOString(),
    };
    const line = eventLine(event);
    book.applyEvent(event);
    log.append(line);
    return wireEvent(line);
  }

  /** The order now and its events, read back from the log. */
  async #tell(order: BookedOrder): Promise<string> {
    const { log } = this.#parts;
    await log.written();
    const events = order.events.flatMap((seq) => log.readAfter(seq - 1, 1)).map(wireEvent);
    return compose(order, events);
  }
}

function compose(order: BookedOrder, events: readonly string[]): string {
  return `{"order":${JSON.stringify(viewOf(order))},"events":[${events.join(',')}]}`;
}
