import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Book, type BookLine } from './book.ts';
import { Market } from './market.ts';
import type { EmulatedOrder, EmulatedUpdate } from './model.ts';
import { answer, type VenueAnswer } from './routes.ts';
import { Updates } from './updates.ts';
import { type FillPlan, Weather } from './weather.ts';

const MINUTE_MS = 60_000;

export interface EmulatorOptions {
  /** Append-only file of everything that happens; a restart goes on from it. */
  readonly logFile: string;
  readonly assets?: readonly string[];
  readonly cash?: string;
  readonly requestsPerMinute?: number;
  readonly plan?: FillPlan;
}

/** A request as the venue got it. */
export interface SeenRequest {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status: number | 'cut';
}

/**
 * Alpaca's Trading API v2 on this machine, with its state in a log: HTTP and the account's stream on one port, the vendor's
 * allowance of requests, and every kind of failure on command. What it is faithful to, and what it cannot tell, is in
 * the README beside it.
 */
export class AlpacaEmulator {
  readonly keyId = 'PKEMULATOR';
  readonly secretKey = 'emulated-secret';
  readonly weather: Weather;
  readonly requests: SeenRequest[] = [];
  readonly #options: Required<EmulatorOptions>;
  #book!: Book;
  #market!: Market;
  #updates!: Updates;
  #server: Server | undefined;
  #port = 0;
  #window = { from: 0, used: 0 };

  private constructor(options: EmulatorOptions) {
    this.#options = {
      assets: ['AAPL', 'SPY', 'MSFT', 'BTC/USD', 'ETH/USD'],
      cash: '1000000',
      requestsPerMinute: 200,
      plan: { fill: 'later' },
      ...options,
    };
    this.weather = new Weather(this.#options.plan);
  }

  static async start(options: EmulatorOptions): Promise<AlpacaEmulator> {
    const emulator = new AlpacaEmulator(options);
    await emulator.restart();
    return emulator;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get book(): Book {
    return this.#book;
  }

  get market(): Market {
    return this.#market;
  }

  /** Programs that listen to the stream now. */
  get listeners(): number {
    return this.#updates.listeners;
  }

  /** The order's state now; throws when the venue has none of that name. */
  order(clientOrderId: string): EmulatedOrder {
    const order = this.#book.byClientId(clientOrderId);
    if (order === undefined) throw new Error(`The venue has no order ${clientOrderId}`);
    return order;
  }

  /** The log, the last word on what happened. */
  log(): BookLine[] {
    if (!existsSync(this.#options.logFile)) return [];
    const lines = readFileSync(this.#options.logFile, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as BookLine);
  }

  cutStreams(): void {
    this.#updates.cut();
  }

  /** Ends at once, with everything that was under way; what is in the log stays. */
  async crash(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.#market.stop();
    this.#updates.cut();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  /** Starts, from what the log holds, at the same port as before. */
  async restart(): Promise<void> {
    const write = (line: BookLine): void => appendFileSync(this.#options.logFile, `${JSON.stringify(line)}\n`);
    const tell = (update: EmulatedUpdate): void => {
      if (this.weather.losesEvents) return;
      for (let copies = this.weather.repeatsEvents ? 2 : 1; copies > 0; copies -= 1) this.#updates.tell(update);
    };
    const { assets, cash } = this.#options;
    this.#book = new Book({ assets: new Set(assets), cash, write, tell });
    this.#book.restore(this.log());
    this.#market = new Market(this.#book, this.weather);
    this.#updates = new Updates((keyId, secretKey) => keyId === this.keyId && secretKey === this.secretKey);
    const server = createServer((request, response) => void this.#serve(request, response));
    server.on('upgrade', (request, socket, head) => {
      if (this.weather.isAvailable && request.url === '/stream') this.#updates.accept(request, socket, head);
      else socket.destroy();
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    this.#market.resume();
  }

  setAvailable(isAvailable: boolean): void {
    this.weather.isAvailable = isAvailable;
    if (!isAvailable) this.#updates.cut();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET' } = request;
    const url = new URL(request.url ?? '/', this.url);
    const seen = (status: SeenRequest['status']): void =>
      void this.requests.push({ at: Date.now(), method, path: `${url.pathname}${url.search}`, status });
    const text = await bodyOf(request);
    const fault = this.weather.faultOf(method, url.pathname);
    if (fault?.kind === 'wait' && fault.when === 'before') await sleep(fault.ms);
    if (fault?.kind === 'cut' && fault.when === 'before') {
      seen('cut');
      response.destroy();
      return;
    }
    const said =
      fault?.kind === 'answer'
        ? { status: fault.status, body: fault.body ?? { code: fault.status * 100_000, message: 'as told' } }
        : this.#answer(request, { method, path: url.pathname, query: url.searchParams, body: json(text) });
    if (fault?.kind === 'wait' && fault.when === 'after') await sleep(fault.ms);
    seen(fault?.kind === 'cut' ? 'cut' : said.status);
    if (fault?.kind === 'cut') response.destroy();
    else this.#write(response, said, fault?.kind === 'answer' ? fault.headers : undefined);
  }

  #answer(request: IncomingMessage, asked: Parameters<typeof answer>[1]): VenueAnswer {
    if (!this.weather.isAvailable) return { status: 503, body: { message: 'service unavailable' } };
    const { headers } = request;
    if (headers['apca-api-key-id'] !== this.keyId || headers['apca-api-secret-key'] !== this.secretKey) {
      return { status: 401, body: { code: 40_110_000, message: 'request is not authorized' } };
    }
    const now = Date.now();
    if (now - this.#window.from >= MINUTE_MS) this.#window = { from: now, used: 0 };
    this.#window.used += 1;
    if (this.#window.used > this.#options.requestsPerMinute) {
      return { status: 429, body: { code: 42_910_000, message: 'rate limit exceeded' } };
    }
    return answer({ book: this.#book, market: this.#market, weather: this.weather }, asked);
  }

  #write(response: ServerResponse, { status, body }: VenueAnswer, headers: Record<string, string> = {}): void {
    const { requestsPerMinute } = this.#options;
    response.writeHead(status, {
      'content-type': 'application/json; charset=UTF-8',
      'x-ratelimit-limit': requestsPerMinute,
      'x-ratelimit-remaining': Math.max(0, requestsPerMinute - this.#window.used),
      'x-ratelimit-reset': Math.ceil((this.#window.from + MINUTE_MS) / 1_000),
      ...headers,
    });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function json(text: string): unknown {
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
