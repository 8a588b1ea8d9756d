import { Decimal, decimalText, ZERO } from '@keelson/kernel';
import type { BrokerReport, OrderRequest, VenueExecution, VenuePosition } from '../../broker.port.ts';
import type { SimulatedMarket } from './market.ts';

/** An order as the simulated venue has it, with everything that it ever said of it. */
export interface Venue {
  readonly request: OrderRequest;
  readonly venueOrderId: string;
  readonly placedAt: string;
  readonly reports: BrokerReport[];
  filled: Decimal;
  state: 'open' | 'closed';
}

/** Orders, executions and positions of the simulated venue; what happens to an order is said in one place each. */
export class VenueOrderBook {
  readonly #name: string;
  readonly #market: SimulatedMarket;
  readonly #orders = new Map<string, Venue>();
  readonly #executions = new Map<string, VenueExecution>();
  readonly #nets = new Map<string, Decimal>();

  constructor(name: string, market: SimulatedMarket) {
    this.#name = name;
    this.#market = market;
  }

  find(clientOrderId: string): Venue | undefined {
    return this.#orders.get(clientOrderId);
  }

  all(): readonly Venue[] {
    return [...this.#orders.values()];
  }

  open(account?: string): readonly Venue[] {
    return this.all().filter(
      (order) => this.isOpen(order) && (account ?? order.request.account) === order.request.account,
    );
  }

  isOpen({ state }: Venue): boolean {
    return state === 'open';
  }

  add(request: OrderRequest): Venue {
    const order: Venue = {
      request,
      venueOrderId: `S-${request.clientOrderId}`,
      placedAt: this.#market.now().toISOString(),
      reports: [],
      filled: ZERO,
      state: 'open',
    };
    this.#orders.set(request.clientOrderId, order);
    return order;
  }

  /** What may still be executed; of a reduce-only order, never more than the position. */
  remainder(order: Venue): Decimal {
    const open = new Decimal(order.request.quantity).minus(order.filled);
    return order.request.reduceOnly ? Decimal.min(open, this.reducible(order)) : open;
  }

  /** What an order could take off the position of its symbol. */
  reducible({ request: { account, symbol, side } }: Venue): Decimal {
    const net = this.#net(account, symbol);
    return Decimal.max(side === 'sell' ? net : net.negated(), 0);
  }

  accept(order: Venue): void {
    order.reports.push({ type: 'broker.accepted', payload: this.#said(order, 'accepted') });
  }

  reject(order: Venue, reason: string): void {
    order.state = 'closed';
    order.reports.push({ type: 'broker.rejected', payload: { ...this.#said(order, 'rejected'), reason } });
  }

  cancel(order: Venue, reason: string): void {
    order.state = 'closed';
    order.reports.push({ type: 'broker.cancelled', payload: { ...this.#said(order, 'cancelled'), reason } });
  }

  replace(order: Venue, replacedBy: string): void {
    order.state = 'closed';
    order.reports.push({ type: 'broker.replaced', payload: { ...this.#said(order, 'replaced'), replacedBy } });
  }

  fill(order: Venue, quantity: Decimal, price: Decimal): void {
    if (!quantity.gt(0)) return;
    const { account, symbol, side, clientOrderId } = order.request;
    order.filled = order.filled.plus(quantity);
    if (order.filled.gte(order.request.quantity)) order.state = 'closed';
    const cumulativeQuantity = decimalText(order.filled);
    this.#move(account, symbol, side === 'buy' ? quantity : quantity.negated());
    const said = this.#said(order, `filled/${cumulativeQuantity}`);
    const fee = decimalText(this.#market.fee(symbol, quantity, price));
    const executed = { quantity: decimalText(quantity), price: decimalText(price), fee, at: said.at };
    const executionId = said.venueEventId;
    const { venueOrderId } = order;
    this.#executions.set(executionId, { account, executionId, venueOrderId, clientOrderId, symbol, side, ...executed });
    order.reports.push({ type: 'broker.filled', payload: { ...said, ...executed, cumulativeQuantity, executionId } });
  }

  bust(executionId: string, reason: string): BrokerReport | undefined {
    const execution = this.#executions.get(executionId);
    const order = execution?.clientOrderId === undefined ? undefined : this.find(execution.clientOrderId);
    if (!execution || !order) return undefined;
    this.#executions.delete(executionId);
    const { account, symbol, side, quantity } = execution;
    this.#move(account, symbol, side === 'buy' ? new Decimal(quantity).negated() : new Decimal(quantity));
    const said = this.#said(order, `busted/${executionId}`);
    const report: BrokerReport = { type: 'broker.busted', payload: { ...said, executionId, reason } };
    order.reports.push(report);
    return report;
  }

  executions(account: string): readonly VenueExecution[] {
    return [...this.#executions.values()].filter((execution) => execution.account === account);
  }

  positions(account: string): readonly VenuePosition[] {
    const symbols = new Set(this.executions(account).map(({ symbol }) => symbol));
    return [...symbols]
      .map((symbol) => ({ account, symbol, netQuantity: decimalText(this.#net(account, symbol)) }))
      .filter(({ netQuantity }) => netQuantity !== '0');
  }

  #net(account: string, symbol: string): Decimal {
    return this.#nets.get(`${account}/${symbol}`) ?? ZERO;
  }

  #move(account: string, symbol: string, by: Decimal): void {
    this.#nets.set(`${account}/${symbol}`, this.#net(account, symbol).plus(by));
  }

  #said({ request: { clientOrderId }, venueOrderId }: Venue, what: string) {
    const at = this.#market.now().toISOString();
    return { broker: this.#name, venueEventId: `${clientOrderId}/${what}`, clientOrderId, venueOrderId, at };
  }
}
