import { AccessRefused, type Identity, type TokenVerifier } from '@keelson/access';
import { type Channel, clientFrame, type ClientFrame, type ServerFrame } from '@keelson/contracts';
import { milliseconds } from '@keelson/kernel';
import { type ClientStream, type FrameBatch, maySee, type Receiver, type StreamFeed } from '@keelson/stream';
import { type CloseCode, closeCode } from './close-code.ts';
import type { ConnectionLimits } from './limits.ts';
import type { Wire } from './wire.ts';

/** What a connection needs from the process. */
export interface ConnectionParts {
  readonly wire: Wire;
  readonly tokens: TokenVerifier;
  readonly feed: StreamFeed;
  readonly limits: ConnectionLimits;
  /** Takes a place for the user; false when all are taken. Places are given back by whoever gave the connection. */
  readonly admit: (connection: Connection, userId: string) => boolean;
  readonly onTrouble: (error: unknown) => void;
}

type Subscribe = Extract<ClientFrame, { type: 'subscribe' }>;

/** Frames that may wait while the token is checked; a client sends its subscription right after the handshake. */
const WAITING_FRAMES = 10;

/**
 * One client: authenticates it, does what its frames say, and closes it with a code that says why. Frames are handled
 * in the order in which they came; a catch-up does not hold up the frames behind it.
 */
export class Connection implements Receiver {
  readonly #parts: ConnectionParts;
  readonly #deadline: NodeJS.Timeout;
  readonly #waiting: ClientFrame[] = [];
  #token = '';
  #identity: Identity | undefined;
  #stream: ClientStream | undefined;
  #authenticating = false;
  #badFrames = 0;
  #framesSinceHeartbeat = 0;
  #missedHeartbeats = 0;
  #validatedAt = performance.now();
  #ended = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#deadline = setTimeout(
      () => this.end(closeCode.unauthenticated, 'no token came in time'),
      milliseconds(parts.limits.authenticateWithin),
    );
  }

  /** Checks a token and lets the client in, or closes. Never rejects. */
  async authenticate(token: string): Promise<void> {
    clearTimeout(this.#deadline);
    this.#authenticating = true;
    try {
      const identity = await this.#parts.tokens.verify(token);
      if (this.#ended) return;
      if (this.#identity) this.#renew(identity);
      else await this.#admit(identity);
      this.#token = token;
      this.#validatedAt = performance.now();
    } catch (error) {
      this.#refuse(error);
    } finally {
      this.#authenticating = false;
    }
    for (const frame of this.#waiting.splice(0)) this.#obey(frame);
  }

  /** A message as it came from the client. */
  receive(message: Buffer, isBinary: boolean): void {
    if (this.#ended) return;
    this.#framesSinceHeartbeat += 1;
    if (this.#framesSinceHeartbeat > this.#parts.limits.framesPerHeartbeat) {
      return this.end(closeCode.badFrames, 'too many frames');
    }
    const frame = isBinary ? undefined : parseClientFrame(message.toString('utf8'));
    if (!frame) this.#complain();
    else if (!this.#authenticating) this.#obey(frame);
    else if (this.#waiting.length < WAITING_FRAMES) this.#waiting.push(frame);
    else this.end(closeCode.badFrames, 'too many frames before the token was checked');
  }

  deliver(batch: FrameBatch): void {
    this.#parts.wire.events(batch);
    if (this.#parts.wire.waitingBytes > this.#parts.limits.waitingBytes) {
      this.end(closeCode.tooSlow, 'events come faster than you read; resume from your last offset');
    }
  }

  tell(frame: ServerFrame): void {
    this.#parts.wire.say(frame);
  }

  async ready(): Promise<boolean> {
    return (await this.#parts.wire.hasRoom(this.#parts.limits.catchUpBytes)) && !this.#ended;
  }

  /** Asks whether the client is there, and cuts it off when it did not answer the last few times. */
  heartbeat(): void {
    this.#framesSinceHeartbeat = 0;
    if (this.#missedHeartbeats >= this.#parts.limits.missedHeartbeats) {
      this.#parts.wire.cut();
      return;
    }
    this.#missedHeartbeats += 1;
    this.#parts.wire.ping();
  }
  /** The client answered a heartbeat. */
  answered(): void {
    this.#missedHeartbeats = 0;
  }

  /** Checks the token again when it is time; closes when it is not good any more. Never rejects. */
  async revalidate(now: number): Promise<void> {
    const { limits, tokens } = this.#parts;
    if (!this.#identity || now - this.#validatedAt < milliseconds(limits.revalidateEvery)) return;
    this.#validatedAt = now;
    await tokens.verify(this.#token).catch((error: unknown) => this.#refuse(error));
  }

  /** Stops the stream and closes with a reason; the first reason stands. */
  end(code: CloseCode, reason: string): void {
    if (!this.#ended) this.#parts.wire.close(code, reason);
    this.closed();
  }

  /** Without goodbye: for a client that did not take note of one. */
  cut(): void {
    this.#parts.wire.cut();
  }

  /** The connection is gone; nothing is sent any more. */
  closed(): void {
    this.#ended = true;
    clearTimeout(this.#deadline);
    this.#stream?.close();
    this.#stream = undefined;
    this.#waiting.length = 0;
  }

  async #admit(identity: Identity): Promise<void> {
    if (!this.#parts.admit(this, identity.userId)) {
      return this.end(closeCode.tooManyConnections, `at most ${this.#parts.limits.perUser} connections per user`);
    }
    this.#identity = identity;
    this.#stream = this.#parts.feed.attach(identity.teamId, this);
    const epoch = await this.#stream.epoch();
    this.tell({ type: 'ready', epoch });
  }

  /** A later token on an open connection: must stand for the same user and team. */
  #renew(identity: Identity): void {
    const known = this.#identity!;
    if (identity.userId !== known.userId || identity.teamId !== known.teamId) {
      return this.end(closeCode.unauthenticated, 'the new token is for another user or team');
    }
    this.#identity = identity;
  }

  #refuse(error: unknown): void {
    if (error instanceof AccessRefused && error.code !== 'SERVICE_UNAVAILABLE') {
      return this.end(closeCode.unauthenticated, error.message);
    }
    this.#parts.onTrouble(error);
    this.end(closeCode.tryAgainLater, 'not available now; resume later');
  }

  #obey(frame: ClientFrame): void {
    if (this.#ended) return;
    if (frame.type === 'auth') void this.authenticate(frame.token);
    else if (!this.#stream || !this.#identity)
      this.end(closeCode.unauthenticated, 'the first message must be the token');
    else if (frame.type === 'ping') this.tell({ type: 'pong' });
    else if (frame.type === 'subscribe') this.#subscribe(this.#stream, this.#identity, frame);
    else for (const name of frame.channels) this.#stream.unsubscribe(name);
  }

  #subscribe(stream: ClientStream, identity: Identity, { channels, since, epoch }: Subscribe): void {
    for (const name of new Set(channels)) {
      if (maySee(identity, name)) {
        stream.subscribe(name, { since: since?.[name], epoch }).catch((error: unknown) => this.#refuse(error));
      } else this.#forbid(name, identity);
    }
  }

  #forbid(name: Channel, { role }: Identity): void {
    this.tell({ type: 'error', code: 'FORBIDDEN', message: `The role ${role} may not hear the channel ${name}` });
  }

  #complain(): void {
    this.tell({ type: 'error', code: 'VALIDATION_ERROR', message: 'Not a frame that the protocol knows' });
    this.#badFrames += 1;
    if (this.#badFrames >= this.#parts.limits.badFrames) {
      this.end(closeCode.badFrames, `${this.#badFrames} frames were not valid`);
    }
  }
}

function parseClientFrame(text: string): ClientFrame | undefined {
  try {
    return clientFrame.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
