import { setTimeout as sleep } from 'node:timers/promises';
import { type RawData, WebSocket } from 'ws';
import type { BrokerReport } from '../../broker.port.ts';
import { BrokerError } from '../../errors.ts';
import type { AlpacaBooks } from './books.ts';
import { catchUp, handUpdate, VenueTrouble } from './catch-up.ts';
import type { AlpacaConfig } from './config.ts';
import { parseCursor } from './cursor.ts';
import { parse, type AlpacaFrame } from './parse.ts';
import { Progress } from './progress.ts';

type OnReport = (report: BrokerReport, cursor: string) => Promise<void>;

/** Frames that wait for the caller; above it the connection is read no further until they are handed over. */
const MOST_WAITING_FRAMES = 64;
const LISTEN = JSON.stringify({ action: 'listen', data: { streams: ['trade_updates'] } });

/** Follows the account's events over any number of connections, until `signal` aborts. See Broker.stream. */
export async function followStream(
  config: AlpacaConfig,
  books: AlpacaBooks,
  after: string | undefined,
  onReport: OnReport,
  signal: AbortSignal,
): Promise<void> {
  const beginning = Date.now() - config.historyMs;
  const place = after === undefined ? { at: beginning, ordersFrom: beginning, seen: new Map() } : parseCursor(after);
  const progress = new Progress(place, onReport);
  let isFirst = after === undefined;
  let pauseMs = config.reconnectMs.least;
  while (!signal.aborted) {
    const connection = new StreamConnection({ config, books, progress, isFirst, signal });
    const worked = await connection.run();
    if (worked) isFirst = false;
    pauseMs = worked ? config.reconnectMs.least : Math.min(pauseMs * 2, config.reconnectMs.most);
    if (!signal.aborted) await pause(pauseMs * (0.5 + Math.random() / 2), signal);
  }
}

interface Parts {
  readonly config: AlpacaConfig;
  readonly books: AlpacaBooks;
  readonly progress: Progress;
  readonly isFirst: boolean;
  readonly signal: AbortSignal;
}

/**
 * One connection's life: authenticate, listen, close the gap before it by query, then hand over each event once the one
 * before was taken. Events that come while the gap is closed wait; those that the gap brought as well are known by id.
 */
class StreamConnection {
  readonly #parts: Parts;
  readonly #socket: WebSocket;
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;
  #listening = false;
  #worked = false;
  #failure: unknown;
  #ping: NodeJS.Timeout | undefined;
  #answered = true;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { streamUrl, silenceMs } = parts.config;
    this.#socket = new WebSocket(streamUrl, { handshakeTimeout: silenceMs, perMessageDeflate: false });
  }

  /** Fulfilled when the connection has ended and all it gave is handed over: true when it had worked. */
  async run(): Promise<boolean> {
    const { signal, config } = this.#parts;
    const socket = this.#socket;
    const stop = (): void => socket.terminate();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await new Promise<void>((resolve) => {
        // Every way in which a connection fails ends in `close`; what failed does not change what is done about it.
        socket.on('error', () => socket.terminate());
        socket.on('close', () => resolve());
        socket.on('open', () => socket.send(config.keys.authenticate()));
        socket.on('message', (data: RawData) => this.#receive(data));
        socket.on('pong', () => (this.#answered = true));
        this.#ping = setInterval(() => this.#expectLife(), config.silenceMs);
        if (signal.aborted) stop();
      });
      await this.#work;
    } finally {
      clearInterval(this.#ping);
      signal.removeEventListener('abort', stop);
    }
    if (this.#failure !== undefined && !(this.#failure instanceof VenueTrouble)) throw this.#failure;
    return this.#worked && this.#failure === undefined;
  }

  #receive(data: RawData): void {
    this.#answered = true;
    this.#waiting += 1;
    if (this.#waiting >= MOST_WAITING_FRAMES) this.#socket.pause();
    this.#work = this.#work.then(async () => {
      if (this.#failure === undefined && !this.#parts.signal.aborted) await this.#take(data);
      this.#waiting -= 1;
      if (this.#waiting === 0 && this.#socket.isPaused) this.#socket.resume();
    });
  }

  async #take(data: RawData): Promise<void> {
    try {
      // The paper venue sends binary frames, the live one text: both hold the same JSON.
      const frame = parse.frame((data as Buffer).toString('utf8'));
      if (frame === undefined)
        throw new BrokerError('protocol', 'Alpaca sent a frame that its contract does not allow');
      await this.#handle(frame);
    } catch (error) {
      this.#failure = error;
      this.#socket.terminate();
    }
  }

  async #handle(frame: AlpacaFrame): Promise<void> {
    const { books, progress, isFirst } = this.#parts;
    switch (frame.stream) {
      case 'authorization':
        if (frame.data.status !== 'authorized') throw new VenueTrouble('the venue does not know the keys');
        this.#socket.send(LISTEN);
        return;
      case 'listening':
        // An empty list means that the keys may not listen to it.
        if (!frame.data.streams.includes('trade_updates'))
          throw new VenueTrouble('the keys may not hear trade updates');
        if (this.#listening) return;
        this.#listening = true;
        await catchUp(books, progress, isFirst);
        this.#worked = true;
        return;
      case 'trade_updates':
        await handUpdate(frame.data, books, progress);
    }
  }

  /** A connection that is read answers a ping; while we ourselves do not read, silence says nothing. */
  #expectLife(): void {
    if (this.#socket.isPaused || this.#socket.readyState !== WebSocket.OPEN) return;
    if (!this.#answered) {
      this.#socket.terminate();
      return;
    }
    this.#answered = false;
    this.#socket.ping();
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
