import { deriveId, milliseconds } from '@keelson/kernel';
import type {
  Broker,
  BrokerReport,
  CancelOutcome,
  FindOutcome,
  OrderRequest,
  PositionsOutcome,
  SubmitOutcome,
} from '../../broker.port.ts';
import { paperCapabilities } from './capabilities.ts';
import { paperConfig, type PaperConfig, type PaperSettings } from './config.ts';
import { isAnswer, VenueConnection, type VenueReply } from './connection.ts';
import { PAPER, parseOrder, parsePositions, parseRefusal } from './parse.ts';
import { followStream } from './stream.ts';

const CLOCK_SKEW_MS = milliseconds(paperCapabilities.venueClockSkew);
const NOT_OF_THE_CONTRACT = 'the answer is not one that the venue’s contract allows';

/**
 * The simulated venue as a Broker. Its only state is connections: everything that matters is at the venue or with the
 * caller, so that any number of these may speak for the same orders.
 */
export class PaperBroker implements Broker {
  readonly name = PAPER;
  readonly capabilities = paperCapabilities;
  readonly #config: PaperConfig;
  readonly #connection: VenueConnection;

  /** Connects on first use. Throws BrokerError `configuration`. */
  constructor(settings: PaperSettings) {
    this.#config = paperConfig(settings);
    this.#connection = new VenueConnection(this.#config);
  }

  async submit(order: OrderRequest, deadline: Date): Promise<SubmitOutcome> {
    const reply = await this.#connection.request({
      method: 'POST',
      path: '/v1/orders',
      body: bodyOf(order, deadline),
      sendBefore: deadline.getTime(),
      // Past the deadline the venue accepts nothing: what has not answered by then is better asked than waited for.
      answerBefore: deadline.getTime() + CLOCK_SKEW_MS,
    });
    return isAnswer(reply) ? judgeSubmission(reply, order) : unsent(reply);
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

  /** The paper venue's client order ids are its own key, so the account is not needed to find the order. */
  async cancel(clientOrderId: string, _account: string): Promise<CancelOutcome> {
    const reply = await this.#ask('DELETE', orderPath(clientOrderId));
    if (!isAnswer(reply)) return { outcome: 'unknown', reason: reply.reason };
    if (isNotFound(reply)) return { outcome: 'not_found' };
    const answer = reply.status === 200 ? parseOrder(reply.text, clientOrderId) : undefined;
    if (answer === undefined) return { outcome: 'unknown', reason: unexpected(reply) };
    return { outcome: answer.order.status === 'cancelled' ? 'cancelled' : 'closed', reports: answer.reports };
  }

  async stream(
    after: string | undefined,
    onReport: (report: BrokerReport, cursor: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    await followStream(this.#config, after, onReport, signal);
  }

  async positions(account: string): Promise<PositionsOutcome> {
    const reply = await this.#ask('GET', `/v1/positions?account=${encodeURIComponent(account)}`);
    if (!isAnswer(reply)) return { outcome: 'unavailable', reason: reply.reason };
    const positions = reply.status === 200 ? parsePositions(reply.text) : undefined;
    return positions === undefined
      ? { outcome: 'unavailable', reason: unexpected(reply) }
      : { outcome: 'known', positions };
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #ask(method: 'GET' | 'DELETE', path: string): Promise<VenueReply> {
    return this.#connection.request({ method, path, answerBefore: Date.now() + this.#config.queryMs });
  }
}

type Answer = Extract<VenueReply, { status: number }>;

function orderPath(clientOrderId: string): string {
  return `/v1/orders/${encodeURIComponent(clientOrderId)}`;
}

function bodyOf(order: OrderRequest, deadline: Date): string {
  return JSON.stringify({
    client_order_id: order.clientOrderId,
    account: order.account,
    symbol: order.symbol,
    side: order.side,
    type: order.terms.type,
    quantity: order.quantity,
    reference_price: order.referencePrice,
    deadline: deadline.toISOString(),
  });
}

/** Definitive only where the venue's words are; every other answer leaves open whether the order is there. */
function judgeSubmission(reply: Answer, order: OrderRequest): SubmitOutcome {
  const { status, text } = reply;
  if (status === 200 || status === 409) {
    const answer = parseOrder(text, order.clientOrderId, status === 200 ? 'order' : 'duplicate');
    if (answer === undefined) return { outcome: 'unknown', reason: NOT_OF_THE_CONTRACT };
    if (status === 409) return { outcome: 'duplicate', reports: answer.reports };
    return { outcome: answer.order.status === 'rejected' ? 'rejected' : 'accepted', reports: answer.reports };
  }
  const refusal = status === 400 || status === 422 ? parseRefusal(text) : undefined;
  if (refusal?.code === 'deadline_passed') {
    return { outcome: 'not_sent', cause: 'deadline_passed', reason: 'the order reached the venue after its deadline' };
  }
  if (refusal?.code === 'invalid_request') {
    const fields = (refusal.details ?? []).map(({ field, message }) => `${field}: ${message}`).join('; ');
    return { outcome: 'rejected', reports: [refused(order, `invalid request: ${fields}`)] };
  }
  return { outcome: 'unknown', reason: unexpected(reply) };
}

/** A refusal that the venue kept no record of: it gets an id that is the same each time the same order is refused. */
function refused(order: OrderRequest, reason: string): BrokerReport {
  return {
    type: 'broker.rejected',
    payload: {
      broker: PAPER,
      venueEventId: deriveId('paper-refusal', order.account, order.clientOrderId),
      clientOrderId: order.clientOrderId,
      at: new Date().toISOString(),
      reason: reason.slice(0, 500),
    },
  };
}

function unsent(failure: Exclude<VenueReply, Answer>): SubmitOutcome {
  if (failure.sent) return { outcome: 'unknown', reason: failure.reason };
  const cause = failure.deadlinePassed ? 'deadline_passed' : 'unreachable';
  return { outcome: 'not_sent', cause, reason: failure.reason };
}

/** Only the venue's own word counts: a 404 may come from anything between here and there. */
function isNotFound({ status, text }: Answer): boolean {
  return status === 404 && parseRefusal(text)?.code === 'order_not_found';
}

function unexpected({ status }: Answer): string {
  return status === 200 ? NOT_OF_THE_CONTRACT : `the venue answered ${status}`;
}
