import { Connections, type JsonRequest } from '../transport/connections.ts';
import { type Headers, isAnswer, type Reply } from '../transport/exchange.ts';
import type { Failure } from '../transport/failure.ts';
import type { AlpacaConfig, AlpacaKeys } from './config.ts';
import { RequestSchedule, type Urgency } from './schedule.ts';

/** A page of 500 orders is half a megabyte; far more than that is not the venue. */
const LARGEST_ANSWER_BYTES = 8 * 1024 * 1024;
/** Where the venue refuses one request too many and does not say until when. */
const REFUSED_FOR_MS = 1_000;
/** Even where its clock says that the minute is over, a refused request is not repeated at once. */
const SHORTEST_HOLD_MS = 50;
/** A reset further away than the venue's own minute is not believed. */
const LONGEST_HOLD_MS = 61_000;
const CONNECTIONS = 16;
const CONNECT_MS = 2_000;

export interface VenueRequest extends JsonRequest {
  readonly urgency: Urgency;
}

const NOT_IN_TIME: Failure = {
  sent: false,
  deadlinePassed: true,
  isCut: false,
  reason: 'the venue’s allowance of requests was used up until the deadline',
};

/**
 * Connections to Alpaca, within its allowance. Questions and cancels are repeated where the venue refused them as one
 * too many, and once where a connection ended under them.
 */
export class VenueConnection {
  readonly #connections: Connections;
  readonly #keys: AlpacaKeys;
  readonly #schedule: RequestSchedule;

  constructor({ origin, keys, requestsPerMinute }: AlpacaConfig) {
    this.#keys = keys;
    this.#schedule = new RequestSchedule(requestsPerMinute);
    this.#connections = new Connections({
      ...{ origin, connections: CONNECTIONS, connectMs: CONNECT_MS },
      largestAnswerBytes: LARGEST_ANSWER_BYTES,
    });
  }

  /** Never rejects: a failure says whether a byte was sent, and why there is no answer. */
  async request(request: VenueRequest): Promise<Reply> {
    const last = request.sendBefore ?? request.answerBefore;
    for (let cuts = 0; await this.#schedule.turn(request.urgency, last);) {
      const reply = await this.#exchange(request);
      // A new order is never sent twice by this place: whether it still may go is for its claim to decide.
      if (request.urgency === 'submit') return reply;
      // A connection that was kept alive may have died unseen; a question or cancel is harmless to repeat, once.
      const isCut = !isAnswer(reply) && reply.sent && reply.isCut;
      if (isCut) cuts += 1;
      if (isCut ? cuts > 1 : !isAnswer(reply) || reply.status !== 429) return reply;
    }
    return NOT_IN_TIME;
  }

  /** Ends idle connections and those under way; requests without an answer end as failures. */
  async warm(): Promise<void> {
    await this.#connections.warm();
  }

  async close(): Promise<void> {
    this.#schedule.close();
    await this.#connections.close();
  }

  #exchange(request: VenueRequest): Promise<Reply> {
    const signed = { ...request, headers: this.#keys.headers() };
    return this.#connections.request(signed, (status, headers) => this.#learn(status, headers));
  }

  #learn(status: number, headers: Headers): void {
    const now = Date.now();
    const reset = Number(headers['x-ratelimit-reset']) * 1_000;
    const resetAt = Number.isFinite(reset) ? Math.min(reset, now + LONGEST_HOLD_MS) : undefined;
    if (status === 429) this.#schedule.refusedUntil(Math.max(resetAt ?? now + REFUSED_FOR_MS, now + SHORTEST_HOLD_MS));
    const remaining = Number(headers['x-ratelimit-remaining']);
    if (resetAt !== undefined && Number.isInteger(remaining)) this.#schedule.heard({ remaining, resetAt });
  }
}
