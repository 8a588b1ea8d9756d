import { Decimal } from '@keelson/kernel';
import { isOpen, type BookedOrder, listedViewOf, remainderOf } from './orders.ts';
import type { VenueParts } from './matching.ts';
import { eventRecord, type EventRecord, type SilentRecord, silentRecord } from './records.ts';
import type { BookChange, ManualOrder, PriceChange } from './requests.ts';
import type { Venue } from './venue.ts';

/** A command that names what is not there, or asks for what cannot be; the message says which. */
export class DeskError extends Error {
  override readonly name = 'DeskError';
}

/** A fill as it stands now. */
interface Execution {
  readonly order: BookedOrder;
  readonly quantity: string;
  readonly price: string;
}

/**
 * What a venue's staff can do and no client: move a price, enter and take back executions, work by hand, and change the
 * book without telling anybody. Everything goes through the log like all else, so that a restart knows it.
 */
export class Desk {
  readonly #parts: VenueParts;
  readonly #venue: Venue;

  constructor(parts: VenueParts, venue: Venue) {
    this.#parts = parts;
    this.#venue = venue;
  }

  /** Sets, moves or releases a price, and executes what it allows. Returns the price then. */
  async changePrice({ symbol, price, move }: PriceChange): Promise<string> {
    const { book, log, clock } = this.#parts;
    const target = move === undefined ? price : book.prices.current(symbol).plus(move).toFixed();
    if (target !== undefined && !new Decimal(target).greaterThan(0)) throw new DeskError('A price stays above zero');
    const at = clock.now().toISOString();
    const record = { kind: 'price', symbol, ...(target === undefined ? {} : { price: target }), at } as const;
    book.apply(record);
    log.append(JSON.stringify(record));
    this.#venue.matching.match(symbol);
    await log.written();
    return book.prices.current(symbol).toFixed();
  }

  /** Enters an order by hand; it has no client order id. */
  async enter({ told, ...wish }: ManualOrder): Promise<unknown> {
    const { order } = this.#venue.enter(wish, told ? undefined : false);
    await this.#parts.log.written();
    return listedViewOf(order);
  }

  async bust(executionId: string, reason: string, told: boolean): Promise<void> {
    const { order, quantity, price } = this.#execution(executionId);
    const previous = { previous_quantity: quantity, previous_price: price };
    const what = { type: 'busted', execution_id: executionId, ...previous, reason } as const;
    this.#venue.matching.emit(order, what, told ? undefined : false);
    await this.#parts.log.written();
  }

  async correct(
    executionId: string,
    becomes: { quantity: string; price: string },
    reason: string,
    told: boolean,
  ): Promise<void> {
    const { order, quantity, price } = this.#execution(executionId);
    const previous = { previous_quantity: quantity, previous_price: price };
    const what = { type: 'corrected', execution_id: executionId, ...previous, ...becomes, reason } as const;
    this.#venue.matching.emit(order, what, told ? undefined : false);
    await this.#parts.log.written();
  }

  /** Changes the book alone, or (`told`) as if the market had done it. */
  async changeBook(change: BookChange): Promise<void> {
    const { log } = this.#parts;
    if (change.change === 'fill') this.#fill(change);
    else if (change.change === 'cancel') this.#cancel(change);
    else if (change.change === 'duplicate_fill') this.#duplicate(change);
    else this.#adjust(change);
    await log.written();
  }

  #fill({ order: name, quantity, price, told }: Extract<BookChange, { change: 'fill' }>): void {
    const order = this.#order(name);
    const units = quantity === undefined ? remainderOf(order) : new Decimal(quantity);
    if (!units.greaterThan(0)) throw new DeskError('The order has nothing left to fill: name a quantity');
    if (told && units.greaterThan(remainderOf(order))) throw new DeskError('An overfill is only ever silent');
    this.#venue.matching.fill(order, units, { told, ...(price !== undefined && { price: new Decimal(price) }) });
  }

  #cancel({ order: name, told }: Extract<BookChange, { change: 'cancel' }>): void {
    const order = this.#order(name);
    if (!isOpen(order)) throw new DeskError('The order is not open');
    this.#venue.matching.end(order, 'cancelled', 'cancelled by the venue', told);
  }

  #duplicate({ execution_id, quantity, price }: Extract<BookChange, { change: 'duplicate_fill' }>): void {
    const execution = this.#execution(execution_id);
    const second = { quantity: quantity ?? execution.quantity, price: price ?? execution.price };
    this.#venue.matching.emit(execution.order, { type: 'duplicated', execution_id, ...second }, false);
  }

  #adjust(change: Extract<BookChange, { change: 'position' | 'cash' }>): void {
    const { book, log, clock } = this.#parts;
    const what =
      change.change === 'position'
        ? { symbol: change.symbol, amount: change.quantity }
        : { currency: change.currency, amount: change.amount };
    const at = clock.now().toISOString();
    const record = { kind: 'adjustment', account: change.account, ...what, at } as const;
    book.apply(record);
    log.append(JSON.stringify(record));
  }

  #order(name: string): BookedOrder {
    const order = this.#parts.book.find(name) ?? this.#parts.book.findByVenueId(name);
    if (order === undefined) throw new DeskError('No order has this id');
    return order;
  }

  /** An execution's id is its order's and the number of its event. */
  #execution(executionId: string): Execution {
    const { book } = this.#parts;
    const order = book.findByVenueId(executionId.slice(0, executionId.lastIndexOf('-')));
    const fill =
      order && this.#eventsOf(order).find(({ event_id: id, type }) => id === executionId && type === 'filled');
    if (order === undefined || fill === undefined) throw new DeskError('No execution has this id');
    const amendment = book.executions.amendment(executionId);
    if (amendment === 'busted') throw new DeskError('The execution is busted already');
    return { order, quantity: fill.quantity!, price: fill.price!, ...amendment };
  }

  #eventsOf(order: BookedOrder): (EventRecord | SilentRecord)[] {
    const told = order.events
      .flatMap((seq) => this.#parts.log.readAfter(seq - 1, 1))
      .map((line) => eventRecord.parse(JSON.parse(line)));
    return [...told, ...(order.silent ?? []).map((line) => silentRecord.parse(JSON.parse(line)))];
  }
}
