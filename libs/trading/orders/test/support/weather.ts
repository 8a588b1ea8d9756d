import { Decimal, type Id } from '@keelson/kernel';
import type { Books, Command } from './books.ts';
import type { Exchange } from './exchange.ts';

/** Random numbers that fast-check chose; the same list is the same weather. Past its end the weather is calm. */
export class Weather {
  readonly #numbers: number[];

  constructor(numbers: readonly number[]) {
    this.#numbers = [...numbers];
  }

  get over(): boolean {
    return this.#numbers.length === 0;
  }

  next(below: number): number {
    return (this.#numbers.shift() ?? 0) % below;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[this.next(Math.max(from.length, 1))];
  }
}

export interface Storm {
  /** Whether the venue may refuse what it is asked. */
  readonly refuses: boolean;
  readonly busts: boolean;
  /** Whether somebody asks for cancels and replacements of the entry. */
  readonly requests: boolean;
}

/** One thing happens: at the venue, on the way to us, on the way there, or at somebody's desk. */
export function happen(weather: Weather, books: Books, venue: Exchange, storm: Storm): void {
  const live = venue.live();
  const executions = venue.executions.filter(({ busted }) => !busted);
  switch (weather.next(8)) {
    case 0:
    case 1:
      return send(weather, books, venue, storm.refuses);
    case 2:
    case 3:
      return deliver(weather, books, venue);
    case 4:
    case 5:
      if (live.length > 0) venue.fill(weather.pick(live)!, 1 + weather.next(4));
      return;
    case 6:
      if (!storm.busts || executions.length === 0) return;
      if (weather.next(2) === 0) venue.bust(weather.pick(executions)!);
      else venue.correct(weather.pick(executions)!);
      return;
    default:
      if (storm.requests) request(weather, books);
  }
}

/** Lets everything arrive, in both directions, until nothing moves any more. */
export function settle(books: Books, venue: Exchange): void {
  const calm = new Weather([]);
  for (let round = 0; books.commands.length > 0 || venue.said.length > 0; round += 1) {
    if (round > 500) throw new Error('They never stop: each answer brings another question');
    while (books.commands.length > 0) send(calm, books, venue, false);
    while (venue.said.length > 0) books.hear([venue.said.shift()!]);
  }
}

const heard = new WeakMap<Books, Parameters<Books['hear']>[0][number][]>();

/** Delivers some of what was said, in any order, and now and then something that was delivered before. */
function deliver(weather: Weather, books: Books, venue: Exchange): void {
  const before = heard.get(books) ?? [];
  heard.set(books, before);
  const batch = [];
  for (let count = 1 + weather.next(3); count > 0 && venue.said.length > 0; count -= 1) {
    const index = weather.next(venue.said.length);
    batch.push(venue.said.splice(index, 1)[0]!);
  }
  const again = weather.next(3) === 0 ? weather.pick(before) : undefined;
  before.push(...batch);
  const all = again ? [...batch, again] : batch;
  if (all.length > 0) books.hear(all);
}

function send(weather: Weather, books: Books, venue: Exchange, mayRefuse: boolean): void {
  const index = weather.next(Math.max(books.commands.length, 1));
  const [command] = books.commands.splice(index, 1);
  if (!command) return;
  const refuse = mayRefuse && weather.next(6) === 5;
  if (command.type === 'cancel_order') return venue.cancel(command);
  if (command.type === 'submit_order') return submit(command, books, venue, refuse);
  const { orderId, clientOrderId } = command.payload.revision;
  if (books.claim(orderId)) venue.replace(command, refuse);
  else notSent(clientOrderId, books);
}

function submit(
  command: Extract<Command, { type: 'submit_order' }>,
  books: Books,
  venue: Exchange,
  refuse: boolean,
): void {
  if (books.claim(command.payload.orderId)) venue.take(command, refuse);
  else notSent(command.payload.clientOrderId, books);
}

function notSent(clientOrderId: string, books: Books): void {
  const at = new Date(0).toISOString();
  const payload = { broker: 'paper', venueEventId: `${clientOrderId}/not_sent`, clientOrderId, at };
  const id = clientOrderId as Id;
  const said = { ...payload, because: 'cancelled', reason: 'taken back' } as const;
  books.hear([{ id, type: 'broker.not_sent', teamId: id, key: clientOrderId, payload: said }]);
}

/** A cancel, or a replacement by less, of an order that may be asked about. */
function request(weather: Weather, books: Books): void {
  const order = weather.pick(books.orders.filter(({ role }) => role === 'entry' || role === 'leg'))!;
  const ended = ['filled', 'rejected', 'cancelled', 'expired', 'replaced'].includes(order.status);
  if (ended || order.cancel) return;
  if (weather.next(3) === 0) return books.cancel(order.orderId);
  const open = order.quantity.minus(order.filledQuantity).minus(order.bustedQuantity);
  const pending = books.orders.some(({ replaces, status }) => replaces === order.orderId && status !== 'rejected');
  const standing = order.status === 'accepted' || order.status === 'partially_filled';
  if (order.role !== 'entry' || !standing || order.attemptId || pending || open.lte(0)) return;
  books.replace(order, Decimal.max(1, open.minus(weather.next(3))));
}
