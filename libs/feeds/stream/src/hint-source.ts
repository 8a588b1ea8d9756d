import { channel as channelSchema, FRAME_HINT_CHANNEL, type FrameHint } from '@keelson/contracts';
import { Redis } from 'ioredis';

const channels: ReadonlySet<unknown> = new Set(channelSchema.options);

export interface HintSourceParts {
  readonly redisUrl: string;
  readonly onHint: (hint: FrameHint) => void;
  /** Hints flow again from now on; those of the time before are lost. */
  readonly onConnected: () => void;
  readonly onDisconnected: () => void;
  /** Told once of each outage, and of every hint that is not understood. */
  readonly onTrouble: (error: Error) => void;
}

/** Hints from Redis pub/sub. It may come, go and lose what it likes: the fan-out reads Postgres instead. */
export class HintSource {
  readonly #redis: Redis;
  #connected = false;
  #outageTold = false;

  constructor(parts: HintSourceParts) {
    this.#redis = new Redis(parts.redisUrl, {
      lazyConnect: true,
      maxRetriesPerRequest: null,
      autoResubscribe: false,
      connectTimeout: 2_000,
      keepAlive: 10_000,
      retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
    });
    // Subscribed is what counts: only from then on is no hint lost.
    this.#redis.on('ready', () => {
      this.#redis.subscribe(FRAME_HINT_CHANNEL).then(() => {
        this.#connected = true;
        this.#outageTold = false;
        parts.onConnected();
      }, this.#tellOnce(parts));
    });
    this.#redis.on('close', () => {
      if (this.#connected) parts.onDisconnected();
      this.#connected = false;
    });
    this.#redis.on('error', this.#tellOnce(parts));
    this.#redis.on('message', (_channel: string, text: string) => {
      const hint = parseHint(text);
      if (hint) parts.onHint(hint);
      else parts.onTrouble(new Error(`A message on ${FRAME_HINT_CHANNEL} is not a frame hint; it is left out`));
    });
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Connects, and goes on trying; does not wait for it. */
  start(): void {
    // The error of the first attempt also comes as event, and the next attempt is under way.
    this.#redis.connect().catch(() => undefined);
  }

  stop(): void {
    this.#connected = false;
    this.#redis.disconnect();
  }

  #tellOnce({ onTrouble }: HintSourceParts): (error: Error) => void {
    return (error) => {
      if (this.#outageTold) return;
      this.#outageTold = true;
      onTrouble(error);
    };
  }
}

/** Looks at what the fan-out counts on; the rest was checked when the event was written. */
function parseHint(text: string): FrameHint | undefined {
  try {
    const hint = JSON.parse(text) as Partial<FrameHint> | null;
    if (typeof hint?.teamId !== 'string' || !Array.isArray(hint.frames)) return undefined;
    const sound = (hint as FrameHint).frames.every(
      (frame) => channels.has(frame?.channel) && Number.isSafeInteger(frame.offset) && typeof frame.epoch === 'string',
    );
    return sound ? (hint as FrameHint) : undefined;
  } catch {
    return undefined;
  }
}
