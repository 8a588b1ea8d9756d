import { type Dispatcher, Pool } from 'undici';
import type { PaperConfig } from './config.ts';
import { DeadlinePassed, describeFailure, type Failure, NoAnswer } from './errors.ts';

/** Answers are a few hundred bytes an event; more than this is not the venue. */
const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;

export interface VenueRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  /** Milliseconds since 1970 after which no byte may leave. */
  readonly sendBefore?: number;
  /** Milliseconds since 1970 until which an answer is waited for. */
  readonly answerBefore: number;
}

export type VenueReply = { readonly status: number; readonly text: string } | Failure;

/** True when there is an answer, whatever it says. */
export function isAnswer(reply: VenueReply): reply is { readonly status: number; readonly text: string } {
  return 'status' in reply;
}

/**
 * Kept-alive connections to the venue, one request at a time on each: a slow answer never holds up another order. No
 * request is repeated on its own. Works on undici's dispatch and not on its promises, since only there the moment right
 * before the socket write can be seen, which is where a deadline has to be checked.
 */
export class VenueConnection {
  readonly #pool: Pool;

  constructor({ origin, connections }: PaperConfig) {
    this.#pool = new Pool(origin, {
      connections,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connect: { timeout: 1_000 },
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Never rejects: a failure says whether a byte was sent, and why there is no answer. */
  request(request: VenueRequest): Promise<VenueReply> {
    return new Promise((resolve) => {
      const exchange = new Exchange(request, resolve);
      this.#pool.dispatch(
        {
          method: request.method,
          path: request.path,
          ...(request.body === undefined
            ? {}
            : { body: request.body, headers: { 'content-type': 'application/json' } }),
        },
        exchange,
      );
    });
  }

  /** Ends idle connections and those under way; requests without an answer end as failures. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** One request on its way. Its result is given once; what comes later is ignored. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: VenueRequest;
  readonly #resolve: (reply: VenueReply) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #bytes = 0;
  #done = false;

  constructor(request: VenueRequest, resolve: (reply: VenueReply) => void) {
    this.#request = request;
    this.#resolve = resolve;
    this.#timer = setTimeout(() => this.#giveUp(), Math.max(0, request.answerBefore - Date.now()));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { sendBefore, answerBefore } = this.#request;
    // Throwing here drops this request and leaves the connection to the next one; nothing has been written.
    if (Date.now() >= (sendBefore ?? answerBefore)) throw new DeadlinePassed();
    if (this.#done) throw new NoAnswer();
    this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > LARGEST_ANSWER_BYTES) controller.abort(new Error('the answer is too large'));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#finish({ status: this.#status, text: Buffer.concat(this.#chunks).toString('utf8') });
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
    this.#finish({ sent, deadlinePassed: error instanceof DeadlinePassed, reason: describeFailure(error) });
  }

  #finish(reply: VenueReply): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    this.#resolve(reply);
  }
}
