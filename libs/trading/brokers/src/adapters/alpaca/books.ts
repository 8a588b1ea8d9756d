import { Decimal } from '@keelson/kernel';
import type { BrokerReport } from '../../broker.port.ts';
import { type Answer, isAnswer, type Reply } from '../transport/exchange.ts';
import type { VenueConnection } from './connection.ts';
import { parse, type AlpacaFill, type AlpacaOrder } from './parse.ts';
import { beginningOf, endOf, executionOf, type Execution } from './reports.ts';
import { ourSymbol } from './symbols.ts';

/** What a question brought. `absent` is the venue's own word, with its own code for it. */
export type Read<What> =
  { readonly known: What; readonly at: Date } | { readonly absent: true } | { readonly reason: string };

/** An order of the venue's in our words. */
export interface OrderName {
  readonly clientOrderId: string;
  readonly symbol: string;
}

export function isKnown<What>(read: Read<What>): read is { readonly known: What; readonly at: Date } {
  return 'known' in read;
}

export const NOT_OF_THE_CONTRACT = 'the answer is not one that the venue’s contract allows';
const LAGGING = 'the venue shows an order as filled further than its executions go';
const ORDER_NOT_FOUND = 40_410_000;
const ORDERS_A_PAGE = 500;
const FILLS_A_PAGE = 100;
/** `after` is exclusive, and its precision is not told: a millisecond is asked for twice rather than never. */
const OVERLAP_MS = 1;
const MOST_NAMES = 10_000;

/** Questions to Alpaca's books: orders, executions, and which client order id an order of theirs has. */
export class AlpacaBooks {
  readonly #connection: VenueConnection;
  readonly #queryMs: number;
  /** What an order of the venue's is called; it never changes. */
  readonly #names = new Map<string, OrderName>();

  constructor(connection: VenueConnection, queryMs: number) {
    this.#connection = connection;
    this.#queryMs = queryMs;
  }

  ask(path: string): Promise<Reply> {
    return this.#connection.request({
      method: 'GET',
      path,
      urgency: 'query',
      answerBefore: Date.now() + this.#queryMs,
    });
  }

  async order(clientOrderId: string): Promise<Read<AlpacaOrder>> {
    const path = `/v2/orders:by_client_order_id?client_order_id=${encodeURIComponent(clientOrderId)}`;
    const read = await this.#read(path, parse.order);
    if (isKnown(read) && read.known.client_order_id !== clientOrderId) return { reason: NOT_OF_THE_CONTRACT };
    return read;
  }

  orderAtVenue(venueOrderId: string): Promise<Read<AlpacaOrder>> {
    return this.#read(`/v2/orders/${encodeURIComponent(venueOrderId)}`, parse.order);
  }

  /** What an order of the venue's is called, remembered where it has been read before. */
  async nameOf(venueOrderId: string): Promise<Read<OrderName>> {
    const name = this.#names.get(venueOrderId);
    if (name !== undefined) return { known: name, at: new Date() };
    const read = await this.orderAtVenue(venueOrderId);
    return isKnown(read) ? { known: this.#remember(read.known), at: read.at } : read;
  }

  /** All reports of an order as it is shown. Unavailable while its executions lag behind what it says to have filled. */
  async reports(order: AlpacaOrder): Promise<Read<BrokerReport[]>> {
    const executions = await this.executionsOf(order);
    if (!isKnown(executions)) return executions;
    const endings = await this.endings(order);
    if (!isKnown(endings)) return endings;
    return { known: [...beginningOf(order, executions.known), ...endings.known], at: executions.at };
  }

  /** How an order ended, other than by a fill: one report, or none. */
  async endings(order: AlpacaOrder): Promise<Read<BrokerReport[]>> {
    const { status, replaced_by: successor } = order;
    const name = status === 'replaced' && successor !== undefined ? await this.nameOf(successor) : undefined;
    if (name !== undefined && !isKnown(name)) return name;
    const end = endOf(order, name?.known.clientOrderId);
    return { known: end === undefined ? [] : [end], at: name?.at ?? new Date() };
  }

  /** The executions of one order, all of them or none. */
  async executionsOf(order: AlpacaOrder): Promise<Read<Execution[]>> {
    if (new Decimal(order.filled_qty).isZero()) return { known: [], at: new Date() };
    const since = Date.parse(order.created_at) - 1_000;
    const read = await this.fills(new Date(since), `&order_id=${encodeURIComponent(order.id)}`);
    if (!isKnown(read)) return read;
    const fills = read.known.filter(({ order_id }) => order_id === order.id);
    const sum = fills.reduce((total, { qty }) => total.plus(qty), new Decimal(0));
    // Parts that are not shown yet cannot be guessed: several fills have one average price.
    if (sum.lt(order.filled_qty)) return { reason: LAGGING };
    return { known: fills.map(executionOf), at: read.at };
  }

  /** Executions of the account since then, oldest first. */
  async fills(since: Date, filter = ''): Promise<Read<AlpacaFill[]>> {
    const found = new Map<string, AlpacaFill>();
    let page = '';
    for (;;) {
      const after = `after=${encodeURIComponent(new Date(since.getTime() - OVERLAP_MS).toISOString())}`;
      const path = `/v2/account/activities/FILL?direction=asc&page_size=${FILLS_A_PAGE}&${after}${filter}${page}`;
      const read = await this.#read(path, parse.fills);
      if (!isKnown(read)) return read;
      for (const fill of read.known) found.set(fill.id, fill);
      if (read.known.length < FILLS_A_PAGE) return { known: [...found.values()], at: read.at };
      page = `&page_token=${encodeURIComponent(read.known.at(-1)!.id)}`;
    }
  }

  /** Orders that were submitted since then, in whatever state, or those that are open; oldest first. */
  async orders(status: 'all' | 'open', since: Date = new Date(0)): Promise<Read<AlpacaOrder[]>> {
    const found = new Map<string, AlpacaOrder>();
    let after = since.getTime();
    for (;;) {
      const from = encodeURIComponent(new Date(Math.max(0, after - OVERLAP_MS)).toISOString());
      const path = `/v2/orders?status=${status}&direction=asc&limit=${ORDERS_A_PAGE}&nested=false&after=${from}`;
      const read = await this.#read(path, parse.orders);
      if (!isKnown(read)) return read;
      const before = found.size;
      for (const order of read.known) found.set(order.id, order);
      if (read.known.length < ORDERS_A_PAGE || found.size === before) {
        for (const order of found.values()) this.#remember(order);
        return { known: [...found.values()], at: read.at };
      }
      after = Math.max(...read.known.map((order) => Date.parse(order.submitted_at ?? order.created_at)));
    }
  }

  async #read<What>(path: string, parseText: (text: string) => What | undefined): Promise<Read<What>> {
    const reply = await this.ask(path);
    if (!isAnswer(reply)) return { reason: reply.reason };
    if (isAbsent(reply)) return { absent: true };
    if (reply.status !== 200) return { reason: unexpected(reply) };
    const known = parseText(reply.text);
    return known === undefined ? { reason: NOT_OF_THE_CONTRACT } : { known, at: reply.at };
  }

  #remember({ id, client_order_id: clientOrderId, symbol, asset_class }: AlpacaOrder): OrderName {
    const name = { clientOrderId, symbol: ourSymbol(symbol ?? '', asset_class) };
    this.#names.set(id, name);
    if (this.#names.size > MOST_NAMES) this.#names.delete(this.#names.keys().next().value!);
    return name;
  }
}

/** Why a read brought nothing, where the venue's having nothing makes no sense either. */
export function reasonOf(read: Exclude<Read<unknown>, { known: unknown }>): string {
  return 'reason' in read ? read.reason : 'the venue has not what it has just shown';
}

/** Only the venue's own word counts: a 404 may come from anything between here and there. */
export function isAbsent({ status, text }: Answer): boolean {
  return status === 404 && parse.refusal(text)?.code === ORDER_NOT_FOUND;
}

export function unexpected({ status }: Answer): string {
  return status === 200 ? NOT_OF_THE_CONTRACT : `the venue answered ${status}`;
}
