import { setTimeout as sleep } from 'node:timers/promises';
import { Decimal } from '@keelson/kernel';
import { draw } from './draw.ts';
import { Matching, type VenueParts } from './matching.ts';
import { type BookedOrder, isOpen, keyOf, remainderOf, viewOf } from './orders.ts';
import { type OrderRecord, wireEvent } from './records.ts';
import type { OrderRequest, ReplaceRequest } from './requests.ts';
import { termFields } from './terms.ts';

export type { VenueParts } from './matching.ts';

/** What the venue says to a request about an order. `text` is the JSON of `{order, events}`. */
export type VenueAnswer =
  | { readonly outcome: 'done' | 'duplicate' | 'closed' | 'changed'; readonly text: string }
  | { readonly outcome: 'deadline_passed' | 'not_found' };

/** What was asked for, or entered by hand: then without a client order id. */
type Wish = Omit<OrderRequest, 'deadline' | 'client_order_id'> & { readonly client_order_id?: string | undefined };

/**
 * The simulated venue. Invariants: a client order id is accepted once for the life of the log; every answer was written
 * before it is given; of an order and its revision never both are open.
 */
export class Venue {
  readonly matching: Matching;
  readonly #parts: VenueParts;

  constructor(parts: VenueParts) {
    this.#parts = parts;
    this.matching = new Matching(parts);
  }

  /** Takes up every order that was open when the last process ended. */
  resume(): void {
    for (const order of this.#parts.book.openOrders()) {
      this.matching.carryOn(order);
      this.matching.match(order.plan.symbol);
    }
  }

  /** Decides on an order after `delayMs`; fulfilled when the decision is written. */
  async submit(request: OrderRequest, delayMs: number): Promise<VenueAnswer> {
    if (delayMs > 0) await sleep(delayMs);
    const { book, log, clock, faults } = this.#parts;
    const known = book.find(request.client_order_id);
    if (known !== undefined) return { outcome: 'duplicate', text: await this.#tell(known) };
    if (clock.now() > new Date(request.deadline)) return { outcome: 'deadline_passed' };
    const contradicts = faults.takeContradiction();
    if (contradicts) faults.change({ reject_next: faults.state.reject_next + 1 });
    const { order, events } = this.enter(request);
    // Composed before the wait: the answer tells what was decided here, not what a second fill adds meanwhile.
    const text = compose(order, events);
    if (contradicts) this.matching.fill(order, new Decimal(order.plan.quantity), { told: true });
    await log.written();
    return { outcome: 'done', text };
  }

  /** Books an order and does what follows at once; the caller waits for the log. */
  enter(wish: Wish, shown?: false): { readonly order: BookedOrder; readonly events: string[] } {
    const order = this.#book(wish);
    const events = this.matching.carryOn(order, shown);
    this.matching.match(order.plan.symbol);
    return { order, events };
  }

  /**
   * Puts a revision in the place of a working order, in one step: the answer is about the revision, whose record names
   * the order that it replaced. One that is refused, or comes too late, leaves the old order as it is.
   */
  async replace(key: string, request: ReplaceRequest, delayMs: number): Promise<VenueAnswer> {
    if (delayMs > 0) await sleep(delayMs);
    const { book, log, clock } = this.#parts;
    const known = book.find(request.client_order_id);
    if (known !== undefined) return { outcome: 'duplicate', text: await this.#tell(known) };
    const old = book.find(key);
    if (old === undefined) return { outcome: 'not_found' };
    if (clock.now() > new Date(request.deadline)) return { outcome: 'deadline_passed' };
    if (!isOpen(old)) return { outcome: 'closed', text: await this.#tell(old) };
    const { open_quantity: expected, ...terms } = request;
    if (expected !== undefined && !remainderOf(old).equals(expected)) {
      return { outcome: 'changed', text: await this.#tell(old) };
    }
    const { account, symbol, side, reduce_only } = old.plan;
    const wish = { account, symbol, side, reduce_only: reduce_only ?? false, ...terms };
    const revision = this.#book(wish, keyOf(old.plan));
    const events = this.matching.carryOn(revision);
    this.matching.match(symbol);
    const text = compose(revision, events);
    await log.written();
    return { outcome: 'done', text };
  }

  /** An order and all its events so far. `not_found` is definitive for an order whose deadline has passed. */
  async find(key: string): Promise<VenueAnswer> {
    const order = this.#parts.book.find(key);
    return order === undefined ? { outcome: 'not_found' } : { outcome: 'done', text: await this.#tell(order) };
  }

  /** Ends the open remainder of an order. Repeating it, or cancelling what is closed, changes nothing. */
  async cancel(order: BookedOrder | undefined): Promise<VenueAnswer> {
    if (order === undefined) return { outcome: 'not_found' };
    if (isOpen(order)) this.matching.end(order, 'cancelled', 'cancelled by the client');
    return { outcome: 'done', text: await this.#tell(order) };
  }

  /** Ends every open order of an account, manual ones too; fulfilled, with their number, when that is written. */
  async cancelAll(account: string, keepReduceOnly: boolean): Promise<number> {
    const { book, log } = this.#parts;
    const doomed = book
      .openOrders()
      .filter(({ plan }) => plan.account === account && !(keepReduceOnly && plan.reduce_only));
    for (const order of doomed) this.matching.end(order, 'cancelled', 'cancelled with all orders of the account');
    await log.written();
    return doomed.length;
  }

  /** The end of the venue's day: orders that stand for a day, and were placed before `moment`, expire. */
  async endDay(moment: Date): Promise<number> {
    const { book, log } = this.#parts;
    const standing = book
      .openOrders()
      .filter(({ plan, placedAt }) => (plan.time_in_force ?? 'day') === 'day' && placedAt < moment.getTime());
    for (const order of standing) this.matching.end(order, 'expired', 'the end of the day');
    await log.written();
    return standing.length;
  }

  /** Prices follow another seed from now on. */
  reseed(seed: number): void {
    const { book, log, clock } = this.#parts;
    if (book.prices.seed === seed) return;
    const record = { kind: 'seed', seed, at: clock.now().toISOString() } as const;
    book.apply(record);
    log.append(JSON.stringify(record));
  }

  /** Somebody tried to send an order, and a fault on command kept it out, or will delay it. */
  noteStrike(what: 'cut' | 'error' | 'late' | 'unavailable', order: OrderRequest): void {
    const { log, clock } = this.#parts;
    const { client_order_id, account } = order;
    log.append(JSON.stringify({ kind: 'strike', what, client_order_id, account, at: clock.now().toISOString() }));
  }

  close(): void {
    this.matching.close();
  }

  #book(wish: Wish, replaces?: string): BookedOrder {
    const record = this.#plan(wish, replaces);
    this.#parts.log.append(JSON.stringify(record));
    return this.#parts.book.applyOrder(record);
  }

  #plan(wish: Wish, replaces: string | undefined): OrderRecord {
    const { book, faults, clock, logId } = this.#parts;
    const venueOrderId = `${logId}-${String(book.orderCount + 1).padStart(7, '0')}`;
    const key = wish.client_order_id ?? venueOrderId;
    const refusal = faults.takeReject(key) ? 'simulated rejection' : this.#refusalOf(wish);
    const first = refusal === undefined ? this.#firstPart(wish, key) : undefined;
    return {
      kind: 'order',
      outcome: refusal === undefined ? 'accepted' : 'rejected',
      ...(wish.client_order_id === undefined ? {} : { client_order_id: wish.client_order_id }),
      account: wish.account,
      symbol: wish.symbol,
      side: wish.side,
      type: wish.type,
      ...termFields(wish),
      ...(wish.reduce_only ? { reduce_only: true as const } : {}),
      quantity: wish.quantity,
      ...(wish.reference_price === undefined ? {} : { reference_price: wish.reference_price }),
      venue_order_id: venueOrderId,
      ...(first === undefined ? {} : { first_quantity: first }),
      ...(replaces === undefined ? {} : { replaces }),
      ...(refusal === undefined ? {} : { reason: refusal }),
      at: clock.now().toISOString(),
    };
  }

  /** An order that may only reduce needs something to reduce; how much is looked at again with each fill. */
  #refusalOf({ reduce_only, account, symbol, side }: Wish): string | undefined {
    if (!reduce_only) return undefined;
    const net = this.#parts.book.holdings.net(account, symbol);
    const opposed = side === 'sell' ? net.greaterThan(0) : net.lessThan(0);
    return opposed ? undefined : 'reduce-only: there is no position to reduce';
  }

  /** Between a quarter and three quarters of the order, in its own smallest unit; one unit cannot be split. */
  #firstPart({ quantity, time_in_force }: Wish, key: string): string | undefined {
    const { faults } = this.#parts;
    if (time_in_force === 'fok' || !faults.happens('partial', key, faults.state.partial_fill_percent)) return undefined;
    const whole = new Decimal(quantity);
    const unit = new Decimal(10).pow(-whole.decimalPlaces());
    const share = 0.25 + draw(faults.state.seed, 'split', key) / 2;
    const first = Decimal.max(unit, whole.times(share).toDecimalPlaces(whole.decimalPlaces(), Decimal.ROUND_DOWN));
    return first.lessThan(whole) ? first.toFixed() : undefined;
  }

  /** The order now and its events, read back from the log; those of its book alone stand after those that were told. */
  async #tell(order: BookedOrder): Promise<string> {
    const { log } = this.#parts;
    await log.written();
    const told = order.events.flatMap((seq) => log.readAfter(seq - 1, 1));
    return compose(order, [...told, ...(order.silent ?? [])].map(wireEvent));
  }
}

function compose(order: BookedOrder, events: readonly string[]): string {
  return `{"order":${JSON.stringify(viewOf(order))},"events":[${events.join(',')}]}`;
}
