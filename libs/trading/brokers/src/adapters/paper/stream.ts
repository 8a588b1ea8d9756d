import { setTimeout as sleep } from 'node:timers/promises';
import { type RawData, WebSocket } from 'ws';
import type { BrokerReport } from '../../broker.port.ts';
import { BrokerError } from '../../errors.ts';
import type { PaperConfig } from './config.ts';
import { parseFrame, reportOf, type VenueEvent, type VenueFrame } from './parse.ts';

/** Where a stream is: the incarnation of the venue's log and the last event of it that was handed over. */
interface Cursor {
  readonly log: string | undefined;
  readonly seq: number;
}

type OnReport = (report: BrokerReport, cursor: string) => Promise<void>;

/** Frames that wait for the caller; above it the connection is read no further until they are handed over. */
const MOST_WAITING_FRAMES = 8;

/** Follows the venue's stream over any number of connections, until `signal` aborts. See Broker.stream. */
export async function followStream(
  config: PaperConfig,
  after: string | undefined,
  onReport: OnReport,
  signal: AbortSignal,
): Promise<void> {
  let cursor = parseCursor(after);
  let pauseMs = config.reconnectMs.least;
  while (!signal.aborted) {
    const connection = new StreamConnection(config, cursor, onReport, signal);
    const wasHealthy = await connection.run();
    cursor = connection.cursor;
    pauseMs = wasHealthy ? config.reconnectMs.least : Math.min(pauseMs * 2, config.reconnectMs.most);
    if (!signal.aborted) await pause(pauseMs * (0.5 + Math.random() / 2), signal);
  }
}

/** One connection's life: connect, say where we are, hand over each event once the one before was taken. */
class StreamConnection {
  cursor: Cursor;
  readonly #config: PaperConfig;
  readonly #onReport: OnReport;
  readonly #signal: AbortSignal;
  readonly #socket: WebSocket;
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;
  #greeted = false;
  #failure: unknown;
  #silence: NodeJS.Timeout | undefined;

  constructor(config: PaperConfig, cursor: Cursor, onReport: OnReport, signal: AbortSignal) {
    this.#config = config;
    this.cursor = cursor;
    this.#onReport = onReport;
    this.#signal = signal;
    this.#socket = new WebSocket(`${config.streamUrl}?after=${cursor.seq}`, {
      handshakeTimeout: config.silenceMs,
      perMessageDeflate: false,
    });
  }

  /** Fulfilled when the connection has ended and all it gave is handed over: true when it had worked. */
  async run(): Promise<boolean> {
    const signal = this.#signal;
    const stop = (): void => this.#socket.terminate();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await new Promise<void>((resolve) => {
        // Every way in which a connection fails ends in `close`; what failed does not change what is done about it.
        this.#socket.on('error', () => this.#socket.terminate());
        this.#socket.on('close', () => resolve());
        this.#socket.on('message', (data: RawData) => this.#receive(data));
        this.#expectSound();
        if (signal.aborted) stop();
      });
      await this.#work;
    } finally {
      clearTimeout(this.#silence);
      signal.removeEventListener('abort', stop);
    }
    if (this.#failure !== undefined) throw this.#failure;
    return this.#greeted;
  }

  #receive(data: RawData): void {
    this.#expectSound();
    this.#waiting += 1;
    if (this.#waiting >= MOST_WAITING_FRAMES) this.#socket.pause();
    this.#work = this.#work.then(async () => {
      if (this.#failure === undefined) await this.#take(data);
      this.#waiting -= 1;
      if (this.#waiting === 0 && this.#socket.isPaused) this.#resume();
    });
  }

  async #take(data: RawData): Promise<void> {
    try {
      const frame = parseFrame((data as Buffer).toString('utf8'));
      if (frame === undefined)
        throw new BrokerError('protocol', 'The venue sent a frame that its contract does not allow');
      if (frame.kind === 'hello') this.#greet(frame);
      if (frame.kind !== 'events') return;
      for (const event of frame.events) if (!this.#signal.aborted) await this.#handOver(event);
    } catch (error) {
      this.#failure = error;
      this.#socket.terminate();
    }
  }

  #greet({ log, last_seq: lastSeq }: Extract<VenueFrame, { kind: 'hello' }>): void {
    const { log: known, seq } = this.cursor;
    if ((known !== undefined && known !== log) || seq > lastSeq) {
      throw new BrokerError(
        'cursor_lost',
        'The venue lost or replaced its log, so events may be missing: reconcile its orders and positions, then start from the beginning',
      );
    }
    this.cursor = { log, seq };
    this.#greeted = true;
  }

  async #handOver(event: VenueEvent): Promise<void> {
    const { log, seq } = this.cursor;
    if (log === undefined || event.seq === undefined || event.seq !== seq + 1) {
      throw new BrokerError('protocol', 'The venue left out or repeated an event of its stream');
    }
    await this.#onReport(reportOf(event), `${log}:${event.seq}`);
    this.cursor = { log, seq: event.seq };
  }

  #resume(): void {
    this.#socket.resume();
    this.#expectSound();
  }

  /** The clock of silence stands still while we ourselves do not listen. */
  #expectSound(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      if (!this.#socket.isPaused) this.#socket.terminate();
    }, this.#config.silenceMs);
  }
}

function parseCursor(text: string | undefined): Cursor {
  if (text === undefined) return { log: undefined, seq: 0 };
  const match = /^(?<log>[^:]+):(?<seq>\d{1,15})$/.exec(text);
  if (match?.groups === undefined) throw new BrokerError('cursor_lost', 'The stored cursor is not one of this venue’s');
  return { log: match.groups['log'], seq: Number(match.groups['seq']) };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
