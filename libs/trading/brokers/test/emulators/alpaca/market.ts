import { Decimal } from '@keelson/kernel';
import type { Book } from './book.ts';
import { highWaterMark, match, reaches } from './matching.ts';
import { type EmulatedOrder, isOpen, type OrderBody, type VendorRefusal } from './model.ts';
import { unprocessable } from './rules.ts';
import type { Weather } from './weather.ts';

const DEFAULT_PRICE = new Decimal(100);
/** What comes after an answer at the real venue comes this much later here. */
const LATER_MS = 5;

/** Where orders meet prices: fills, rests, ends and replaces them as the weather says. */
export class Market {
  readonly #book: Book;
  readonly #weather: Weather;
  readonly #prices = new Map<string, Decimal>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(book: Book, weather: Weather) {
    this.#book = book;
    this.#weather = weather;
  }

  /** Trades happen at this price from now on; resting orders that it reaches fill. */
  setPrice(symbol: string, price: string): void {
    this.#prices.set(symbol, new Decimal(price));
    for (const order of this.#book.orders.values()) if (order.symbol === symbol && isOpen(order)) this.#work(order);
  }

  /** Fills a part of an order by hand. */
  fill(order: EmulatedOrder, quantity: string, price?: string): void {
    this.#book.fill(
      order,
      new Decimal(quantity),
      price === undefined ? this.priceOf(order.symbol) : new Decimal(price),
    );
  }

  submit(body: OrderBody): EmulatedOrder | VendorRefusal {
    const order = this.#book.submit(body, this.priceOf(body.symbol ?? ''));
    if (!('code' in order)) this.#soon(() => this.#arrive(order));
    return order;
  }

  replace(old: EmulatedOrder, changes: OrderBody): EmulatedOrder | VendorRefusal {
    const revision = this.#book.replace(old, changes);
    if ('code' in revision) return revision;
    if (!this.#weather.holdReplacements) this.#soon(() => this.settleReplacement(revision));
    return revision;
  }

  /** The replacement reaches the market. */
  settleReplacement(revision: EmulatedOrder): void {
    if (this.#book.settleReplacement(revision)) this.#arrive(revision);
  }

  /** Undefined when the cancel is taken. */
  cancel(order: EmulatedOrder): VendorRefusal | undefined {
    if (!isOpen(order) || order.status === 'pending_replace') {
      return unprocessable(`order is already in "${order.status}" state`, 42_210_000);
    }
    this.#book.change(order, { status: 'pending_cancel' }, 'pending_cancel');
    if (!this.#weather.holdCancels) this.settleCancel(order);
    return undefined;
  }

  settleCancel(order: EmulatedOrder): void {
    if (isOpen(order)) this.#book.change(order, { status: 'canceled', stamp: 'canceled_at' }, 'canceled');
  }

  expire(order: EmulatedOrder): void {
    this.#book.change(order, { status: 'expired', stamp: 'expired_at' }, 'expired');
  }

  /** After a restart: what was under way goes on. */
  resume(): void {
    for (const order of this.#book.orders.values()) {
      if (order.status === 'pending_new' && order.replaces !== null) this.settleReplacement(order);
      else if (order.status === 'pending_new') this.#arrive(order);
      else if (isOpen(order)) this.#after(this.#weather.plan.restAfterMs ?? 0, () => this.#work(order));
    }
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  priceOf(symbol: string): Decimal {
    return this.#prices.get(symbol) ?? DEFAULT_PRICE;
  }

  #arrive(order: EmulatedOrder): void {
    if (!isOpen(order)) return;
    if (this.#weather.rejectNext) {
      this.#weather.rejectNext = false;
      this.#book.change(order, { status: 'rejected', stamp: 'failed_at' }, 'rejected');
      return;
    }
    this.#book.change(order, { status: 'new' }, 'new');
    this.#work(order);
  }

  #work(order: EmulatedOrder): void {
    const { plan } = this.#weather;
    const price = this.priceOf(order.symbol);
    if (!isOpen(order) || order.status.startsWith('pending_') || plan.fill === 'never') return;
    order.hwm = highWaterMark(order, price);
    if (reaches(order, price)) this.#book.trigger(order);
    const outcome = match(order, price, this.#book.isTriggered(order));
    if (outcome === 'cancel') this.settleCancel(order);
    if (outcome !== 'fill') return;
    const open = new Decimal(order.qty).minus(order.filled_qty);
    const isFirstOfTwo = plan.restAfterMs !== undefined && order.filled_qty === '0' && open.gt(1);
    this.#book.fill(order, isFirstOfTwo ? open.div(2).ceil() : open, price);
    if (isFirstOfTwo) this.#after(plan.restAfterMs!, () => this.#work(order));
  }

  /** What the real venue does after its answer; before it only where the weather says so. */
  #soon(act: () => void): void {
    if (this.#weather.plan.fill === 'at_once') act();
    else this.#after(LATER_MS, act);
  }

  #after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}
