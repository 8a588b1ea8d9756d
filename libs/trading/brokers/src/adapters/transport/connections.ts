import type { Pool } from 'undici';
import { Exchange, type ExchangeTimes, type Headers, type Reply } from './exchange.ts';
import { ADAPTER_CLOSED, type Failure } from './failure.ts';

export interface ConnectionSettings {
  readonly origin: string;
  /** Requests that may be under way at once; further ones wait for a free connection, and their deadline runs on. */
  readonly connections: number;
  /** Milliseconds in which a connection must stand. */
  readonly connectMs: number;
  /** A larger answer is not the venue's, and ends as a failure. */
  readonly largestAnswerBytes: number;
}

export interface JsonRequest extends ExchangeTimes {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
}

/** What a request to closed connections comes to. */
const NEVER_SENT: Failure = { sent: false, deadlinePassed: false, isCut: false, reason: ADAPTER_CLOSED };

/**
 * Kept-alive connections to a venue, one request at a time on each: a slow answer never holds up another order. No
 * request is repeated on its own.
 */
export class Connections {
  readonly #settings: ConnectionSettings;
  #pool: Promise<Pool> | undefined;
  #closed = false;

  /** Connects on first use. */
  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  /** Loads what requests are made with; connects to nobody yet. */
  async warm(): Promise<void> {
    await (this.#pool ??= poolOf(this.#settings));
  }

  /**
   * Never rejects: a failure says whether a byte was sent, and why there is no answer. `heard` is told of an answer's
   * beginning.
   */
  async request(request: JsonRequest, heard?: (status: number, headers: Headers) => void): Promise<Reply> {
    if (this.#closed) return NEVER_SENT;
    const pool = await (this.#pool ??= poolOf(this.#settings));
    const { method, path, body } = request;
    const headers = { ...request.headers, ...(body !== undefined && { 'content-type': 'application/json' }) };
    const options = { times: request, largestAnswerBytes: this.#settings.largestAnswerBytes, ...(heard && { heard }) };
    return new Promise((resolve) => {
      const exchange = new Exchange(options, resolve);
      pool.dispatch({ method, path, headers, ...(body !== undefined && { body }) }, exchange);
    });
  }

  /** Ends idle connections and those under way; requests without an answer end as failures. */
  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#pool)?.destroy();
  }
}

/** undici is loaded when it is asked for: its hundred modules would delay the start of every service that knows a venue. */
async function poolOf({ origin, connections, connectMs }: ConnectionSettings): Promise<Pool> {
  const undici = await import('undici');
  return new undici.Pool(origin, {
    connections,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect: { timeout: connectMs },
    // An answer's time is the request's own, by the clock.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
