import { milliseconds } from '@keelson/kernel';
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
import { Connections } from '../transport/connections.ts';
import { isAnswer, type Reply } from '../transport/exchange.ts';
import { paperCapabilities } from './capabilities.ts';
import { paperConfig, type PaperConfig, type PaperSettings } from './config.ts';
import { PAPER, parseOrder } from './parse.ts';
import {
  type Listed,
  parseBalances,
  parseCancelled,
  parseExecutions,
  parseOpenOrders,
  parsePositions,
} from './parse-lists.ts';
import {
  isNotFound,
  judgeReplacement,
  judgeSubmission,
  NOT_OF_THE_CONTRACT,
  replacementBody,
  submissionBody,
  unexpected,
} from './submission.ts';

const CONNECT_MS = 1_000;
/** Answers are a few hundred bytes an event; more than this is not the venue. */
const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;
const ANSWER_GRACE_MS = milliseconds(paperCapabilities.answerGrace);

/**
 * The simulated venue as a Broker. Its only state is connections: everything that matters is at the venue or with the
 * caller, so that any number of these may speak for the same orders.
 */
export class PaperBroker implements Broker {
  readonly name = PAPER;
  readonly capabilities = paperCapabilities;
  readonly #config: PaperConfig;
  readonly #connections: Connections;

  /** Connects on first use. Throws BrokerError `configuration`. */
  constructor(settings: PaperSettings) {
    this.#config = paperConfig(settings);
    const { origin, connections } = this.#config;
    this.#connections = new Connections({
      ...{ origin, connections, connectMs: CONNECT_MS },
      largestAnswerBytes: LARGEST_ANSWER_BYTES,
    });
  }

  async submit(order: OrderRequest, deadline: Date): Promise<SubmitOutcome> {
    return judgeSubmission(await this.#send('/v1/orders', submissionBody(order, deadline), deadline), order);
  }

  async replace(request: ReplaceRequest, deadline: Date): Promise<ReplaceOutcome> {
    const path = `${orderPath(request.clientOrderId)}/replace`;
    return judgeReplacement(await this.#send(path, replacementBody(request, deadline), deadline), request);
  }

  async find(clientOrderId: string, account: string): Promise<FindOutcome> {
    const reply = await this.#ask('GET', orderPath(clientOrderId));
    if (!isAnswer(reply)) return { outcome: 'unavailable', reason: reply.reason };
    if (isNotFound(reply)) return { outcome: 'not_found' };
    const found = reply.status === 200 ? parseOrder(reply.text, clientOrderId) : undefined;
    if (found === undefined) return { outcome: 'unavailable', reason: unexpected(reply) };
    if (found.order.account !== account) {
      return { outcome: 'unavailable', reason: 'the venue has this client order id under another account' };
    }
    return { outcome: 'found', reports: found.reports };
  }

  /** The paper venue's ids are its own keys, so the account is not needed to find the order. */
  cancel(clientOrderId: string, _account: string): Promise<CancelOutcome> {
    return this.#cancel(orderPath(clientOrderId), clientOrderId);
  }

  cancelAtVenue(venueOrderId: string, _account: string): Promise<CancelOutcome> {
    return this.#cancel(`/v1/venue-orders/${encodeURIComponent(venueOrderId)}`, venueOrderId);
  }

  async cancelAll(account: string, options: { readonly keepReduceOnly: boolean }): Promise<CancelAllOutcome> {
    const query = new URLSearchParams({ account, keep_reduce_only: String(options.keepReduceOnly) });
    const reply = await this.#ask('DELETE', `/v1/orders?${query}`);
    if (!isAnswer(reply)) return { outcome: 'unknown', reason: reply.reason };
    const count = reply.status === 200 ? parseCancelled(reply.text) : undefined;
    return count === undefined ? { outcome: 'unknown', reason: unexpected(reply) } : { outcome: 'requested', count };
  }

  async stream(
    after: string | undefined,
    onReport: (report: BrokerReport, cursor: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    // Loaded by those who listen: a `keelson halt` does not, and is over sooner without a WebSocket.
    const { followStream } = await import('./stream.ts');
    await followStream(this.#config, after, onReport, signal);
  }

  async positions(account: string): Promise<PositionsOutcome> {
    const reply = await this.#ask('GET', `/v1/positions?${new URLSearchParams({ account })}`);
    if (!isAnswer(reply)) return { outcome: 'unavailable', reason: reply.reason };
    const positions = reply.status === 200 ? parsePositions(reply.text) : undefined;
    return positions === undefined
      ? { outcome: 'unavailable', reason: unexpected(reply) }
      : { outcome: 'known', positions };
  }

  openOrders(account: string): Promise<Snapshot<VenueOrder>> {
    return this.#list('/v1/orders', { status: 'open', account }, parseOpenOrders);
  }

  balances(account: string): Promise<Snapshot<VenueBalance>> {
    return this.#list('/v1/balances', { account }, parseBalances);
  }

  /** Page by page; `asOf` is that of the first, since what came later may be missing from an earlier page. */
  async executions(account: string, since: Date): Promise<Snapshot<VenueExecution>> {
    const items: VenueExecution[] = [];
    let asOf: string | undefined;
    for (let skip = 0; ; skip += this.#config.pageSize) {
      const paging = { since: since.toISOString(), skip: String(skip), limit: String(this.#config.pageSize) };
      let more = false;
      const page = await this.#list('/v1/executions', { account, ...paging }, (body) => {
        const parsed = parseExecutions(body);
        more = parsed?.more ?? false;
        return parsed;
      });
      if (page.outcome === 'unavailable') return page;
      asOf ??= page.asOf;
      items.push(...page.items);
      if (!more) return { outcome: 'known', asOf, items };
    }
  }

  async warm(): Promise<void> {
    await this.#connections.warm();
  }

  async close(): Promise<void> {
    await this.#connections.close();
  }

  async #list<What>(
    path: string,
    query: Readonly<Record<string, string>>,
    parse: (body: string) => Listed<What> | undefined,
  ): Promise<Snapshot<What>> {
    const reply = await this.#ask('GET', `${path}?${new URLSearchParams(query)}`);
    if (!isAnswer(reply)) return { outcome: 'unavailable', reason: reply.reason };
    const listed = reply.status === 200 ? parse(reply.text) : undefined;
    if (listed !== undefined) return { outcome: 'known', asOf: listed.asOf, items: listed.items };
    return { outcome: 'unavailable', reason: reply.status === 200 ? NOT_OF_THE_CONTRACT : unexpected(reply) };
  }

  async #cancel(path: string, orderKey: string): Promise<CancelOutcome> {
    const reply = await this.#ask('DELETE', path);
    if (!isAnswer(reply)) return { outcome: 'unknown', reason: reply.reason };
    if (isNotFound(reply)) return { outcome: 'not_found' };
    const answer = reply.status === 200 ? parseOrder(reply.text, orderKey) : undefined;
    if (answer === undefined) return { outcome: 'unknown', reason: unexpected(reply) };
    return { outcome: answer.order.status === 'cancelled' ? 'cancelled' : 'closed', reports: answer.reports };
  }

  /** A command with a deadline: past it the venue does nothing, so what has not answered soon after is better asked than waited for. */
  #send(path: string, body: string, deadline: Date): Promise<Reply> {
    const sendBefore = deadline.getTime();
    return this.#connections.request({
      method: 'POST',
      ...{ path, body, sendBefore, answerBefore: sendBefore + ANSWER_GRACE_MS },
    });
  }

  #ask(method: 'GET' | 'DELETE', path: string): Promise<Reply> {
    return this.#connections.request({ method, path, answerBefore: Date.now() + this.#config.queryMs });
  }
}

function orderPath(clientOrderId: string): string {
  return `/v1/orders/${encodeURIComponent(clientOrderId)}`;
}
