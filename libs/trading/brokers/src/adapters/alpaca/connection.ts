import { type Dispatcher, errors, Pool } from 'undici';
import type { AlpacaConfig, AlpacaKeys } from './config.ts';
import { DeadlinePassed, describeFailure, type Failure, NoAnswer } from './errors.ts';
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

export interface VenueRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly urgency: Urgency;
  /** Milliseconds since 1970 after which no byte may leave. */
  readonly sendBefore?: number;
  /** Milliseconds since 1970 until which an answer is waited for. */
  readonly answerBefore: number;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The venue's clock when it answered. */
  readonly at: Date;
}
export type VenueReply = Answer | Failure;

/** True when there is an answer, whatever it says. */
export function isAnswer(reply: VenueReply): reply is Answer {
  return 'status' in reply;
}

const NOT_IN_TIME: Failure = {
  sent: false,
  deadlinePassed: true,
  reason: 'the venue’s allowance of requests was used up until the deadline',
};

/**
 * Kept-alive connections to Alpaca, one request at a time on each, within its allowance. Questions
 * and cancels are repeated where the venue refused them as one too many, and once where a connection ended under them.
 */
export class VenueConnection {
  readonly #pool: Pool;
  readonly #keys: AlpacaKeys;
  readonly #schedule: RequestSchedule;

  constructor({ origin, keys, requestsPerMinute }: AlpacaConfig) {
    this.#keys = keys;
    this.#schedule = new RequestSchedule(requestsPerMinute);
    this.#pool = new Pool(origin, {
      connections: CONNECTIONS,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connect: { timeout: 2_000 },
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Never rejects: a failure says whether a byte was sent, and why there is no answer. */
  async request(request: VenueRequest): Promise<VenueReply> {
    const last = request.sendBefore ?? request.answerBefore;
    for (let cuts = 0; await this.#schedule.turn(request.urgency, last);) {
      const reply = await this.#exchange(request);
      // A new order is never sent twice by this place: whether it still may go is for its claim to decide.
      if (request.urgency === 'submit') return reply;
      // A connection that was kept alive may have died unseen; a question or cancel is harmless to repeat, once.
      const isCut = !isAnswer(reply) && reply.sent && reply.isCut === true;
      if (isCut) cuts += 1;
      if (isCut ? cuts > 1 : !isAnswer(reply) || reply.status !== 429) return reply;
    }
    return NOT_IN_TIME;
  }

  /** Ends idle connections and those under way; requests without an answer end as failures. */
  async close(): Promise<void> {
    this.#schedule.close();
    await this.#pool.destroy();
  }

  #exchange(request: VenueRequest): Promise<VenueReply> {
    return new Promise((resolve) => {
      const { method, path, body } = request;
      const headers = { ...this.#keys.headers(), ...(body !== undefined && { 'content-type': 'application/json' }) };
      const exchange = new Exchange(request, resolve, (status, said) => this.#learn(status, said));
      this.#pool.dispatch({ method, path, headers, ...(body !== undefined && { body }) }, exchange);
    });
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

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One request on its way. Its result is given once; what comes later is ignored. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: VenueRequest;
  readonly #resolve: (reply: VenueReply) => void;
  readonly #learn: (status: number, headers: Headers) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #at = new Date();
  #bytes = 0;
  #done = false;

  constructor(
    request: VenueRequest,
    resolve: (reply: VenueReply) => void,
    learn: (status: number, headers: Headers) => void,
  ) {
    this.#request = request;
    this.#resolve = resolve;
    this.#learn = learn;
    this.#timer = setTimeout(() => this.#giveUp(), Math.max(0, request.answerBefore - Date.now()));
  }

  /** Right before the socket write, which is where a deadline has to be checked. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { sendBefore, answerBefore } = this.#request;
    // Throwing here drops this request and leaves the connection to the next one; nothing has been written.
    if (Date.now() >= (sendBefore ?? answerBefore)) throw new DeadlinePassed();
    if (this.#done) throw new NoAnswer();
    this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    this.#status = status;
    const date = Date.parse(String(headers['date']));
    this.#at = Number.isNaN(date) ? new Date() : new Date(date);
    this.#learn(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > LARGEST_ANSWER_BYTES) controller.abort(new Error('the answer is too large'));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#finish({ status: this.#status, text: Buffer.concat(this.#chunks).toString('utf8'), at: this.#at });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#fail(error);
  }

  #giveUp(): void {
    if (this.#controller === undefined) this.#fail(new DeadlinePassed());
    else this.#controller.abort(new NoAnswer());
  }

  #fail(error: Error): void {
    const sent = this.#controller !== undefined;
    const isCut = error instanceof errors.SocketError || (error as NodeJS.ErrnoException).code === 'ECONNRESET';
    this.#finish({ sent, deadlinePassed: error instanceof DeadlinePassed, isCut, reason: describeFailure(error) });
  }

  #finish(reply: VenueReply): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    this.#resolve(reply);
  }
}
