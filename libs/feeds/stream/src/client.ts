import {
  type Channel,
  type ClientFrame,
  type EventFrame,
  type ServerFrame,
  STREAM_SUBPROTOCOL,
} from '@keelson/contracts';
import { reconnectDelay } from './reconnect-delay.ts';

type Resync = Extract<ServerFrame, { type: 'resync' }>;

/** State of the connection, for a person who watches: `waiting` carries the milliseconds until the next attempt. */
export type StreamConnection =
  | { readonly state: 'connecting' | 'open' }
  | { readonly state: 'waiting'; readonly retryInMs: number; readonly code: number; readonly reason: string };

export interface StreamClientOptions {
  /** ws://…/api/v1/ws */
  readonly url: string;
  /** An access token, or where to get a fresh one for each connection; a rejection ends the iteration. */
  readonly token: string | (() => Promise<string>);
  readonly channels: readonly Channel[];
  /** Last offset seen per channel; a channel that is missing starts from now on. */
  readonly since?: Partial<Record<Channel, number>>;
  /** Epoch that `since` belongs to. */
  readonly epoch?: string;
  readonly onConnection?: (connection: StreamConnection) => void;
  /** The channel is answered: from here on every event reaches the iterator. */
  readonly onSubscribed?: (channel: Channel, offset: number) => void;
  /** Events up to `offset` cannot be had any more: what was built from them must be fetched anew. */
  readonly onResync?: (resync: Resync) => void;
}

/** Ends the iteration: the gateway refused for a reason that trying again does not mend. */
export class StreamClosed extends Error {
  override readonly name = 'StreamClosed';
  readonly code: number;

  constructor(code: number, reason: string) {
    super(`The stream was closed with ${code}: ${reason || 'no reason given'}`);
    this.code = code;
  }
}

/** A wrong frame of ours, and a token that is not accepted. */
const BAD_FRAMES = 4400;
const TOKEN_REFUSED = 4401;

/**
 * A client of the stream that survives gateways. Iterate it: every event after `since`, once and in order per channel,
 * across any number of connections. Leaving the loop, or `close`, ends it.
 */
export class StreamClient implements AsyncIterable<EventFrame> {
  readonly #options: StreamClientOptions;
  readonly #offsets: Map<Channel, number>;
  readonly #events: EventFrame[] = [];
  #epoch: string | undefined;
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #ended: { readonly error?: Error } | undefined;
  #wake: (() => void) | undefined;

  constructor(options: StreamClientOptions) {
    this.#options = options;
    this.#offsets = new Map(Object.entries(options.since ?? {}) as [Channel, number][]);
    this.#epoch = options.epoch;
    void this.#connect();
  }

  /** The last offset seen per channel, and the epoch: what another client needs to go on from here. */
  get position(): { readonly epoch: string | undefined; readonly offsets: Partial<Record<Channel, number>> } {
    return { epoch: this.#epoch, offsets: Object.fromEntries(this.#offsets) };
  }

  close(): void {
    this.#end({});
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EventFrame, void, undefined> {
    try {
      for (;;) {
        while (this.#events.length > 0) yield* this.#events.splice(0);
        if (this.#ended?.error) throw this.#ended.error;
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      this.close();
    }
  }

  async #connect(): Promise<void> {
    this.#options.onConnection?.({ state: 'connecting' });
    const { url, token } = this.#options;
    try {
      const current = typeof token === 'string' ? token : await token();
      if (!this.#ended) this.#listen(new WebSocket(url, [STREAM_SUBPROTOCOL, current]));
    } catch (error) {
      // No token, or no such address: nothing that another attempt would change.
      this.#end({ error: error as Error });
    }
  }

  #listen(socket: WebSocket): void {
    this.#socket = socket;
    socket.addEventListener('message', (message) => this.#receive(JSON.parse(String(message.data)) as ServerFrame));
    socket.addEventListener('close', ({ code, reason }) => this.#lost(code, reason));
    // What failed is told by the close that follows.
    socket.addEventListener('error', () => undefined);
  }

  #receive(frame: ServerFrame): void {
    if (frame.type === 'event') this.#take(frame);
    else if (frame.type === 'ready') this.#subscribe();
    else if (frame.type === 'subscribed') this.#subscribed(frame.channel, frame.offset, frame.epoch);
    else if (frame.type === 'resync') {
      this.#offsets.set(frame.channel, frame.offset);
      this.#epoch = frame.epoch;
      this.#options.onResync?.(frame);
    }
  }

  #subscribe(): void {
    this.#failures = 0;
    this.#options.onConnection?.({ state: 'open' });
    const since = Object.fromEntries(this.#options.channels.flatMap((name) => this.#since(name)));
    this.#say({
      type: 'subscribe',
      channels: [...this.#options.channels],
      ...(Object.keys(since).length > 0 ? { since } : {}),
      ...(this.#epoch ? { epoch: this.#epoch } : {}),
    });
  }

  #since(name: Channel): [Channel, number][] {
    const offset = this.#offsets.get(name);
    return offset === undefined ? [] : [[name, offset]];
  }

  #subscribed(channel: Channel, offset: number, epoch: string): void {
    this.#epoch = epoch;
    // From now on means from this offset on, also for the next connection.
    if (!this.#offsets.has(channel)) this.#offsets.set(channel, offset);
    this.#options.onSubscribed?.(channel, offset);
  }

  #take(frame: EventFrame): void {
    if (frame.offset <= (this.#offsets.get(frame.channel) ?? 0)) return;
    this.#offsets.set(frame.channel, frame.offset);
    this.#events.push(frame);
    this.#wake?.();
  }

  #say(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #lost(code: number, reason: string): void {
    if (this.#ended) return;
    const canAskForAnotherToken = typeof this.#options.token === 'function' && this.#failures === 0;
    const final = code === BAD_FRAMES || (code === TOKEN_REFUSED && !canAskForAnotherToken);
    if (final) return this.#end({ error: new StreamClosed(code, reason) });
    const retryInMs = reconnectDelay(this.#failures);
    this.#failures += 1;
    this.#options.onConnection?.({ state: 'waiting', retryInMs, code, reason });
    this.#timer = setTimeout(() => void this.#connect(), retryInMs);
  }

  #end(how: { readonly error?: Error }): void {
    this.#ended ??= how;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
    this.#wake?.();
  }
}
