import type { Duration } from '@keelson/kernel';
import { milliseconds } from '@keelson/kernel';
import { failureOf, VendorError } from './errors.ts';
import type { Pace } from './pace.ts';
import { withoutSecrets } from './redact.ts';

/** A vendor's API and who asks. */
export interface VendorSettings {
  /** As a person knows it: `Railway`. */
  readonly vendor: string;
  readonly baseUrl: string;
  /** Headers that prove who asks; never shown. */
  readonly authorization: Readonly<Record<string, string>>;
  /** Where a person sets the token: ends the sentence of an `unauthorized` or `forbidden` error. */
  readonly tokenHint: string;
  readonly pace: Pace;
  /** Longest wait for one answer, in real time: a connection does not get faster in a rehearsal. */
  readonly answerWithin?: Duration;
}

export interface VendorRequest {
  /** What it does, for messages: `create the project "keelson-prod"`. */
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /**
   * True where doing it twice is the same as once (reads; values set to what they shall be; deletions): only then is an
   * answer that got lost asked for again.
   */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal;
}

export interface VendorAnswer {
  readonly status: number;
  /** Parsed JSON; undefined for an empty answer. */
  readonly body: unknown;
}

const ANSWER_WITHIN: Duration = '30 seconds';
/** Pauses between attempts; a Retry-After of the vendor goes before. */
const PAUSES: readonly Duration[] = ['1 second', '2 seconds', '4 seconds', '8 seconds', '15 seconds'];
const LONGEST_RETRY_AFTER_S = 300;

/** Nothing was sent when one of these came. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH']);

type Attempt =
  | { readonly done: VendorAnswer }
  | { readonly failed: VendorError; readonly again: boolean; readonly after?: Duration };

/**
 * Asks a vendor over HTTP. Repeats what was provably not done (429, no connection), and what is harmless to repeat; a
 * change whose answer got lost is an `ambiguous` error, for the caller to look before it does it again.
 */
export class VendorClient {
  readonly #settings: VendorSettings;

  constructor(settings: VendorSettings) {
    this.#settings = settings;
  }

  get pace(): Pace {
    return this.#settings.pace;
  }

  async request(request: VendorRequest): Promise<VendorAnswer> {
    for (let attempt = 0; ; attempt += 1) {
      const result = await this.#attempt(request);
      if ('done' in result) return result.done;
      const pause = PAUSES[attempt];
      if (!result.again || pause === undefined) throw result.failed;
      await this.#settings.pace.sleep(result.after ?? pause, request.signal);
    }
  }

  async #attempt(request: VendorRequest): Promise<Attempt> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.#settings.baseUrl}${request.path}`, this.#init(request));
      text = await response.text();
    } catch (error) {
      return this.#notAnswered(request, error);
    }
    const body = parsed(text);
    if (response.ok) return { done: { status: response.status, body } };
    if (response.status === 429) {
      const seconds = Number(response.headers.get('retry-after'));
      const again = !(seconds > LONGEST_RETRY_AFTER_S);
      const failed = this.#error(request, response.status, body);
      return { failed, again, ...(seconds > 0 && { after: `${seconds} seconds` }) };
    }
    if (response.status >= 500) {
      const said = `${this.#settings.vendor} answered ${response.status}${wordsOf(body, request)}`;
      return { failed: this.#doubt(request, said, response.status), again: request.repeatable };
    }
    return { failed: this.#error(request, response.status, body), again: false };
  }

  #init({ method, body, signal }: VendorRequest): RequestInit {
    const timeout = AbortSignal.timeout(milliseconds(this.#settings.answerWithin ?? ANSWER_WITHIN));
    return {
      method,
      headers: {
        accept: 'application/json',
        ...this.#settings.authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
  }

  #notAnswered(request: VendorRequest, error: unknown): Attempt {
    if (request.signal?.aborted) throw request.signal.reason;
    const code = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
    const { vendor } = this.#settings;
    if (NOT_SENT.has(code)) {
      const message = `Could not ${request.what}: ${vendor} could not be reached (${code}). Nothing was changed.`;
      return { failed: new VendorError('not_done', message, { code, cause: error }), again: true };
    }
    return { failed: this.#doubt(request, `${vendor} did not answer (${code})`), again: request.repeatable };
  }

  /** A change may have happened; a read has not, and did no harm. */
  #doubt(request: VendorRequest, said: string, status?: number): VendorError {
    const message = request.repeatable
      ? `Could not ${request.what}: ${said}.`
      : `Could not ${request.what}: ${said}. It may have happened all the same: run the command again, which looks first.`;
    const failure = request.repeatable ? 'not_done' : 'ambiguous';
    return new VendorError(failure, message, status === undefined ? {} : { status });
  }

  #error(request: VendorRequest, status: number, body: unknown): VendorError {
    const failure = failureOf(status);
    const fix = failure === 'unauthorized' || failure === 'forbidden' ? ` ${this.#settings.tokenHint}` : '';
    const message = `Could not ${request.what}: ${this.#settings.vendor} answered ${status}${wordsOf(body, request)}.${fix}`;
    const { code } = (body ?? {}) as { code?: unknown };
    return new VendorError(failure, message, { status, ...(typeof code === 'string' && { code }) });
  }
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A gateway's page, not the API's answer: its text helps nobody.
    return undefined;
  }
}

/** The vendor's own words, where they are a plain sentence. */
function wordsOf(body: unknown, { body: sent }: VendorRequest): string {
  const { message, error } = (body ?? {}) as { message?: unknown; error?: unknown };
  const words = typeof message === 'string' ? message : typeof error === 'string' ? error : '';
  return words === '' ? '' : ` ("${withoutSecrets(words, sent).slice(0, 300)}")`;
}
