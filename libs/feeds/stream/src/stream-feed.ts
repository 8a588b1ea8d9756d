import { type Duration, milliseconds, type Id } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import { type ClientStream, FanOut } from './fan-out.ts';
import type { Receiver } from './frame-batch.ts';
import { HintSource } from './hint-source.ts';
import { StreamStore } from './stream.store.ts';

/** How often Postgres is asked when no hints come, and as safety net when they do. */
const WITHOUT_HINTS: Duration = '250 milliseconds';
const SAFETY_NET: Duration = '2 seconds';

export interface StreamFeedParts {
  readonly database: Database;
  readonly redisUrl: string;
  /** Told of trouble that is being dealt with: Redis away, a read that will be repeated. */
  readonly onTrouble: (error: unknown) => void;
}

/** The whole way from committed events to receivers: hints when Redis carries them, Postgres when it does not. */
export class StreamFeed {
  readonly #fanOut: FanOut;
  readonly #hints: HintSource;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor({ database, redisUrl, onTrouble }: StreamFeedParts) {
    this.#fanOut = new FanOut(new StreamStore(database), onTrouble);
    this.#hints = new HintSource({
      redisUrl,
      onHint: (hint) => this.#fanOut.accept(hint),
      onConnected: () => void this.#fanOut.refresh(),
      onDisconnected: () => this.#watch(),
      onTrouble,
    });
  }

  start(): void {
    this.#hints.start();
    this.#watch();
  }

  /** A client of a team; close what it returns when the client goes. */
  attach(teamId: Id, receiver: Receiver): ClientStream {
    return this.#fanOut.attach(teamId, receiver);
  }

  /** False while frames come from Postgres alone, up to 250 ms later than with Redis. */
  get hintsFlow(): boolean {
    return this.#hints.connected;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#hints.stop();
  }

  /** Plans the next look at Postgres; there is one plan at any time. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    const rest = milliseconds(this.#hints.connected ? SAFETY_NET : WITHOUT_HINTS);
    this.#timer = setTimeout(() => void this.#fanOut.refresh().then(() => this.#watch()), rest);
  }
}
