import type { Dispatcher } from 'undici';
import { DeadlinePassed, type Failure, failureOf, NoAnswer } from './failure.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The venue's clock when it answered; ours where it does not say. */
  readonly at: Date;
}
export type Reply = Answer | Failure;
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** True when there is an answer, whatever it says. */
export function isAnswer(reply: Reply): reply is Answer {
  return 'status' in reply;
}

/** Until when what may happen, in milliseconds since 1970. */
export interface ExchangeTimes {
  /** No byte leaves after it; where it is missing, `answerBefore` counts. */
  readonly sendBefore?: number;
  /** An answer is waited for until then. */
  readonly answerBefore: number;
}

export interface ExchangeOptions {
  readonly times: ExchangeTimes;
  readonly largestAnswerBytes: number;
  /** Told of each answer's beginning, also where its end never comes. */
  readonly heard?: (status: number, headers: Headers) => void;
}

/**
 * One request on its way. Its result is given once; what comes later is ignored. It works on undici's dispatch and not
 * on its promises, since only there the moment right before the socket write can be seen, which is where a deadline has
 * to be checked.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions;
  readonly #resolve: (reply: Reply) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #at = new Date();
  #bytes = 0;
  #done = false;

  constructor(options: ExchangeOptions, resolve: (reply: Reply) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#timer = setTimeout(() => this.#giveUp(), Math.max(0, options.times.answerBefore - Date.now()));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { sendBefore, answerBefore } = this.#options.times;
    // Throwing here drops this request and leaves the connection to the next one; nothing has been written.
    if (Date.now() >= (sendBefore ?? answerBefore)) throw new DeadlinePassed();
    if (this.#done) throw new NoAnswer();
    this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    this.#status = status;
    const date = Date.parse(String(headers['date']));
    this.#at = Number.isNaN(date) ? new Date() : new Date(date);
    this.#options.heard?.(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#options.largestAnswerBytes) controller.abort(new Error('the answer is too large'));
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
    this.#finish(failureOf(error, this.#controller !== undefined));
  }

  #finish(reply: Reply): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    this.#resolve(reply);
  }
}
