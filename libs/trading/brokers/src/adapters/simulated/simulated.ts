import { Decimal, decimalText } from '@keelson/kernel';
import type {
  Broker,
  BrokerReport,
  CancelAllOutcome,
  CancelOutcome,
  FindOutcome,
  OrderRequest,
  PositionsOutcome,
  ReplaceOutcome,
  ReplaceRequest,
  Snapshot,
  SubmitOutcome,
  VenueBalance,
  VenueExecution,
  VenueOrder,
} from '../../broker.port.ts';
import type { BrokerCapabilities } from '../../capabilities.ts';
import { fillPrice, type SimulatedMarket } from './market.ts';
import { type Venue, VenueOrderBook } from './order-book.ts';

export type { SimulatedMarket } from './market.ts';

/**
 * A venue inside this process, on whatever clock and prices it is given: market orders fill at once, limits, stops and
 * trailing stops rest until `advance` finds their price. It enforces reduce-only, and forgets everything with its process:
 * for history that is made ahead of time, never for an account that trades.
 */
export class SimulatedBroker implements Broker {
  readonly name = 'simulated';
  readonly capabilities: BrokerCapabilities = {
    rejectsDuplicateClientOrderIds: true,
    eventIds: 'derived',
    honoursDeadlines: true,
    resumesStreams: false,
    orderTypes: ['market', 'limit', 'stop'],
    timesInForce: ['day', 'gtc'],
    replace: 'atomic',
    reduceOnly: true,
    cancelAll: 'keeps_reduce_only',
    requestsPerMinute: undefined,
    venueClockSkew: '0 milliseconds',
    answerGrace: '0 milliseconds',
    submitWithin: '5 seconds',
  };
  readonly #market: SimulatedMarket;
  readonly #book: VenueOrderBook;

  constructor(market: SimulatedMarket) {
    this.#market = market;
    this.#book = new VenueOrderBook(this.name, market);
  }

  submit(request: OrderRequest, deadline: Date): Promise<SubmitOutcome> {
    const known = this.#book.find(request.clientOrderId);
    if (known) return Promise.resolve({ outcome: 'duplicate', reports: known.reports });
    if (Date.now() > deadline.getTime()) {
      const reason = 'the deadline had passed before it arrived';
      return Promise.resolve({ outcome: 'not_sent', cause: 'deadline_passed', reason });
    }
    const refusal = this.#market.refusal(request) ?? this.#refusalOfTerms(request);
    const order = this.#book.add(request);
    if (refusal !== undefined) {
      this.#book.reject(order, refusal);
      return Promise.resolve({ outcome: 'rejected', reports: order.reports });
    }
    this.#book.accept(order);
    if (request.terms.type === 'market') this.#fillNow(order);
    return Promise.resolve({ outcome: 'accepted', reports: order.reports });
  }

  /**
   * Lets time pass: fills what rests and has found its price, and takes back what could only enlarge a position now.
   * Returns what a stream would have said.
   */
  advance(): readonly BrokerReport[] {
    const before = new Map(this.#book.open().map((order) => [order, order.reports.length]));
    for (const order of before.keys()) {
      // An earlier one of this round may have closed the position that it was to leave.
      const at = this.#book.isOpen(order)
        ? fillPrice(order.request, this.#market.quote(order.request.symbol))
        : undefined;
      if (at) this.#book.fill(order, this.#book.remainder(order), at);
    }
    for (const order of this.#book.open()) {
      if (order.request.reduceOnly && this.#book.reducible(order).isZero()) {
        this.#book.cancel(order, 'reduce-only: there is no position to reduce');
      }
    }
    return [...before].flatMap(([order, known]) => order.reports.slice(known));
  }

  /** Takes an execution back, as a venue does with a clearly erroneous one; undefined when it has none of that id. */
  bust(executionId: string, reason: string): BrokerReport | undefined {
    return this.#book.bust(executionId, reason);
  }

  find(clientOrderId: string): Promise<FindOutcome> {
    const order = this.#book.find(clientOrderId);
    return Promise.resolve(order ? { outcome: 'found', reports: order.reports } : { outcome: 'not_found' });
  }

  cancel(clientOrderId: string): Promise<CancelOutcome> {
    return Promise.resolve(this.#cancel(this.#book.find(clientOrderId)));
  }

  cancelAtVenue(venueOrderId: string): Promise<CancelOutcome> {
    return Promise.resolve(this.#cancel(this.#book.all().find((order) => order.venueOrderId === venueOrderId)));
  }

  cancelAll(account: string, { keepReduceOnly }: { readonly keepReduceOnly: boolean }): Promise<CancelAllOutcome> {
    const wanted = this.#book.open(account).filter(({ request }) => !(keepReduceOnly && request.reduceOnly));
    for (const order of wanted) this.#book.cancel(order, 'cancelled with all others');
    return Promise.resolve({ outcome: 'requested', count: wanted.length });
  }

  replace({ clientOrderId, revision, account }: ReplaceRequest): Promise<ReplaceOutcome> {
    const order = this.#book.find(clientOrderId);
    if (!order) return Promise.resolve({ outcome: 'not_found' });
    if (!this.#book.isOpen(order)) return Promise.resolve({ outcome: 'closed', reports: order.reports });
    this.#book.replace(order, revision.clientOrderId);
    const next = this.#book.add({ ...revision, account });
    this.#book.accept(next);
    return Promise.resolve({ outcome: 'replaced', reports: [...order.reports, ...next.reports] });
  }

  openOrders(account: string): Promise<Snapshot<VenueOrder>> {
    const items = this.#book.open(account).map(({ request, venueOrderId, filled, placedAt }) => ({
      ...{ account, venueOrderId, clientOrderId: request.clientOrderId, symbol: request.symbol, side: request.side },
      ...{ quantity: request.quantity, filledQuantity: decimalText(filled), terms: request.terms, placedAt },
      reduceOnly: request.reduceOnly,
    }));
    return this.#known(items);
  }

  executions(account: string, since: Date): Promise<Snapshot<VenueExecution>> {
    const items = this.#book.executions(account);
    return this.#known(items.filter(({ at }) => new Date(at) >= since));
  }

  positions(account: string): Promise<PositionsOutcome> {
    return Promise.resolve({ outcome: 'known', positions: this.#book.positions(account) });
  }

  /** Money is not its business: it never refuses for want of any. */
  balances(): Promise<Snapshot<VenueBalance>> {
    return Promise.resolve({ outcome: 'unavailable', reason: 'the simulated venue keeps no cash' });
  }

  /** What it says on its own comes out of `advance` and `bust`. */
  stream(_after: string | undefined, _onReport: unknown, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #fillNow(order: Venue): void {
    const quote = this.#market.quote(order.request.symbol);
    const price = order.request.side === 'buy' ? quote.ask : quote.bid;
    for (const part of this.#market.parts(order.request))
      this.#book.fill(order, Decimal.min(part, this.#book.remainder(order)), price);
  }

  #refusalOfTerms({ terms: { type } }: OrderRequest): string | undefined {
    return this.capabilities.orderTypes.includes(type) ? undefined : `orders of type ${type} are not taken`;
  }

  #cancel(order: Venue | undefined): CancelOutcome {
    if (!order) return { outcome: 'not_found' };
    if (!this.#book.isOpen(order)) return { outcome: 'closed', reports: order.reports };
    this.#book.cancel(order, 'cancelled on request');
    return { outcome: 'cancelled', reports: order.reports };
  }

  #known<What>(items: readonly What[]): Promise<Snapshot<What>> {
    return Promise.resolve({ outcome: 'known', asOf: this.#market.now().toISOString(), items });
  }
}
