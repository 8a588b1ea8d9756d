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
  VenuePosition,
} from '../../broker.port.ts';
import type { BrokerCapabilities } from '../../capabilities.ts';
import { isAnswer } from '../transport/exchange.ts';
import { AlpacaBooks, isKnown, reasonOf, unexpected } from './books.ts';
import { alpacaCapabilities } from './capabilities.ts';
import { awaitEnd } from './cancel.ts';
import { alpacaConfig, type AlpacaConfig, type AlpacaSettings } from './config.ts';
import { VenueConnection } from './connection.ts';
import { refusalText, type Refusal } from './errors.ts';
import { parse, type AlpacaOrder, type AlpacaPosition } from './parse.ts';
import { replaceOrder } from './replace.ts';
import { ALPACA, executionId, refusedOf } from './reports.ts';
import { followStream } from './stream.ts';
import { judgeSubmission } from './submission.ts';
import { ourSymbol, venueInstrument, type VenueInstrument } from './symbols.ts';
import { orderBody, refuseTerms, termsOf } from './terms.ts';

const OTHER_ACCOUNT = refusalText({ code: 'other_account' });

/**
 * Alpaca's Trading API v2 as a Broker. Its only state is connections and the allowance of requests: everything that
 * matters is at the venue or with the caller, so that any number of these may speak for the same orders.
 */
export class AlpacaBroker implements Broker {
  readonly name = ALPACA;
  readonly capabilities: BrokerCapabilities;
  readonly #config: AlpacaConfig;
  readonly #connection: VenueConnection;
  readonly #books: AlpacaBooks;

  /** Connects on first use. Throws BrokerError `configuration`. */
  constructor(settings: AlpacaSettings) {
    this.#config = alpacaConfig(settings);
    const { requestsPerMinute } = this.#config;
    this.capabilities = { ...alpacaCapabilities, requestsPerMinute, live: settings.environment === 'live' };
    this.#connection = new VenueConnection(this.#config);
    this.#books = new AlpacaBooks(this.#connection, this.#config.queryMs);
  }

  async submit(order: OrderRequest, deadline: Date): Promise<SubmitOutcome> {
    const instrument = await this.#instrument(order);
    if ('code' in instrument) {
      return { outcome: 'rejected', reports: [refusedOf(order.account, order.clientOrderId, refusalText(instrument))] };
    }
    const reply = await this.#connection.request({
      method: 'POST',
      path: '/v2/orders',
      body: orderBody(order, instrument),
      urgency: 'submit',
      sendBefore: deadline.getTime(),
      answerBefore: deadline.getTime() + this.#config.answerGraceMs,
    });
    return judgeSubmission(reply, order, this.#books);
  }

  async find(clientOrderId: string, account: string): Promise<FindOutcome> {
    if (!this.#isOurs(account)) return { outcome: 'unavailable', reason: OTHER_ACCOUNT };
    const order = await this.#books.order(clientOrderId);
    if ('absent' in order) return { outcome: 'not_found' };
    if (!isKnown(order)) return { outcome: 'unavailable', reason: order.reason };
    const reports = await this.#books.reports(order.known);
    if (isKnown(reports)) return { outcome: 'found', reports: reports.known };
    return { outcome: 'unavailable', reason: reasonOf(reports) };
  }

  async cancel(clientOrderId: string, account: string): Promise<CancelOutcome> {
    if (!this.#isOurs(account)) return { outcome: 'unknown', reason: OTHER_ACCOUNT };
    const order = await this.#books.order(clientOrderId);
    if ('absent' in order) return { outcome: 'not_found' };
    if (!isKnown(order)) return { outcome: 'unknown', reason: order.reason };
    return this.#cancel(order.known.id, order.known);
  }

  async cancelAtVenue(venueOrderId: string, account: string): Promise<CancelOutcome> {
    if (!this.#isOurs(account)) return { outcome: 'unknown', reason: OTHER_ACCOUNT };
    return this.#cancel(venueOrderId, undefined);
  }

  /** Alpaca's own mass cancel takes every order: with `keepReduceOnly` nothing is done, and the caller goes one by one. */
  async cancelAll(
    account: string,
    { keepReduceOnly }: { readonly keepReduceOnly: boolean },
  ): Promise<CancelAllOutcome> {
    if (!this.#isOurs(account)) return { outcome: 'unknown', reason: OTHER_ACCOUNT };
    if (keepReduceOnly) {
      return { outcome: 'unknown', reason: 'the venue’s mass cancel keeps no protective orders: cancel one by one' };
    }
    const reply = await this.#send('DELETE', '/v2/orders');
    if (!isAnswer(reply)) return { outcome: 'unknown', reason: reply.reason };
    const taken = reply.status === 207 || reply.status === 200 ? parse.cancelled(reply.text) : undefined;
    if (taken === undefined) return { outcome: 'unknown', reason: unexpected(reply) };
    return { outcome: 'requested', count: taken.filter(({ status }) => status < 300).length };
  }

  async replace(request: ReplaceRequest, deadline: Date): Promise<ReplaceOutcome> {
    if (!this.#isOurs(request.account)) return { outcome: 'unknown', reason: OTHER_ACCOUNT };
    return replaceOrder({ connection: this.#connection, books: this.#books, config: this.#config }, request, deadline);
  }

  async stream(
    after: string | undefined,
    onReport: (report: BrokerReport, cursor: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    await followStream(this.#config, this.#books, after, onReport, signal);
  }

  async positions(account: string): Promise<PositionsOutcome> {
    const read = await this.#ask(account, '/v2/positions', parse.positions);
    if ('reason' in read) return { outcome: 'unavailable', reason: read.reason };
    return { outcome: 'known', positions: read.known.map((position) => positionOf(account, position)) };
  }

  async openOrders(account: string): Promise<Snapshot<VenueOrder>> {
    if (!this.#isOurs(account)) return { outcome: 'unavailable', reason: OTHER_ACCOUNT };
    const read = await this.#books.orders('open');
    if (!isKnown(read)) return { outcome: 'unavailable', reason: reasonOf(read) };
    const items = read.known.map((order) => shown(account, order));
    // Leaving one out would show an account without open orders that has some.
    if (!items.every((item) => item !== undefined)) return { outcome: 'unavailable', reason: NO_WORDS_FOR };
    return { outcome: 'known', asOf: read.at.toISOString(), items };
  }

  async executions(account: string, since: Date): Promise<Snapshot<VenueExecution>> {
    if (!this.#isOurs(account)) return { outcome: 'unavailable', reason: OTHER_ACCOUNT };
    const read = await this.#books.fills(since);
    if (!isKnown(read)) return { outcome: 'unavailable', reason: reasonOf(read) };
    const items: VenueExecution[] = [];
    for (const fill of read.known) {
      if (Date.parse(fill.transaction_time) < since.getTime()) continue;
      const name = await this.#books.nameOf(fill.order_id);
      if (!isKnown(name)) return { outcome: 'unavailable', reason: reasonOf(name) };
      items.push({
        account,
        executionId: executionId(fill.order_id, fill.cum_qty),
        venueOrderId: fill.order_id,
        ...name.known,
        // A short sale has a word of its own in activities.
        side: fill.side === 'buy' ? 'buy' : 'sell',
        quantity: fill.qty,
        price: fill.price,
        // Fees are booked by the day, not by the execution.
        fee: undefined,
        at: fill.transaction_time,
      });
    }
    return { outcome: 'known', asOf: read.at.toISOString(), items };
  }

  async balances(account: string): Promise<Snapshot<VenueBalance>> {
    const read = await this.#ask(account, '/v2/account', parse.account);
    if ('reason' in read) return { outcome: 'unavailable', reason: read.reason };
    const { cash, currency } = read.known;
    return { outcome: 'known', asOf: read.at.toISOString(), items: [{ account, currency: currency ?? 'USD', cash }] };
  }

  async warm(): Promise<void> {
    await this.#connection.warm();
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** Deletes, then looks until the order has ended: the venue's 204 says only that it was asked for. */
  async #cancel(venueOrderId: string, shownBefore: AlpacaOrder | undefined): Promise<CancelOutcome> {
    return awaitEnd({
      books: this.#books,
      venueOrderId,
      shownBefore,
      withinMs: this.#config.queryMs,
      request: () => this.#send('DELETE', `/v2/orders/${encodeURIComponent(venueOrderId)}`),
    });
  }

  #send(method: 'DELETE', path: string) {
    const answerBefore = Date.now() + this.#config.queryMs;
    return this.#connection.request({ method, path, urgency: 'cancel', answerBefore });
  }

  async #ask<What>(account: string, path: string, parseText: (text: string) => What | undefined) {
    if (!this.#isOurs(account)) return { reason: OTHER_ACCOUNT };
    const reply = await this.#books.ask(path);
    if (!isAnswer(reply)) return { reason: reply.reason };
    const known = reply.status === 200 ? parseText(reply.text) : undefined;
    return known === undefined ? { reason: unexpected(reply) } : { known, at: reply.at };
  }

  async #instrument(order: OrderRequest): Promise<VenueInstrument | Refusal> {
    if (!this.#isOurs(order.account)) return { code: 'other_account' };
    const instrument = venueInstrument(order.symbol, await this.#config.kindOf(order.symbol));
    return 'code' in instrument ? instrument : (refuseTerms(instrument, order) ?? instrument);
  }

  #isOurs(account: string): boolean {
    return this.#config.account === undefined || this.#config.account === account;
  }
}

const NO_WORDS_FOR = 'an open order is of a kind that has no words here, such as one of several legs';

function positionOf(account: string, { symbol, asset_class, qty, side }: AlpacaPosition): VenuePosition {
  // A short position has a negative quantity in some answers and a positive one in others; its side is always told.
  const size = new Decimal(qty).abs();
  const netQuantity = decimalText(side === 'short' ? size.negated() : size);
  return { account, symbol: ourSymbol(symbol, asset_class), netQuantity };
}

/** An open order as the port has it; undefined for what has no single symbol or no terms of ours. */
function shown(account: string, order: AlpacaOrder): VenueOrder | undefined {
  const terms = termsOf(order);
  if (terms === undefined || !order.symbol || !order.side) return undefined;
  return {
    account,
    venueOrderId: order.id,
    clientOrderId: order.client_order_id,
    symbol: ourSymbol(order.symbol, order.asset_class),
    side: order.side,
    // An order for an amount of money has no quantity until it is filled.
    quantity: order.qty ?? order.filled_qty,
    filledQuantity: order.filled_qty,
    terms,
    reduceOnly: order.position_intent?.endsWith('_to_close') === true,
    placedAt: order.submitted_at ?? order.created_at,
  };
}
