import { type Duration, milliseconds } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import type { NotificationChannel } from './notification.ts';
import { noteDelivered, noteFailed, takeDue, type Taken } from './notifications.store.ts';

export interface CourierParts {
  readonly database: Database;
  readonly channels: readonly NotificationChannel[];
  /** Told of what is given up after the last attempt. */
  readonly onGivenUp: (notification: Taken, problem: string) => void;
}

/** INF-FR-011: three more attempts, further and further apart; then it is noted and skipped. */
const PAUSES: readonly Duration[] = ['10 seconds', '1 minute', '5 minutes'];
const DELIVER_WITHIN: Duration = '5 seconds';
/** Longer than an attempt takes: then its process is gone. */
const TAKEN_FOR: Duration = '30 seconds';
const AT_ONCE = 2;

/**
 * Delivers what is due: a row is taken, then told, then noted, so that whoever dies in between has told it twice at most,
 * under one id. Channels that nobody configured keep their rows.
 */
export class Courier {
  readonly #parts: CourierParts;
  readonly #channels: ReadonlyMap<string, NotificationChannel>;

  constructor(parts: CourierParts) {
    this.#parts = parts;
    this.#channels = new Map(parts.channels.map((channel) => [channel.name, channel]));
  }

  /** Works on what is due until nothing is. */
  async run(): Promise<void> {
    const { database } = this.#parts;
    for (;;) {
      const names = [...this.#channels.keys()];
      const due = await database.platform((tx) => takeDue(tx, names, AT_ONCE, milliseconds(TAKEN_FOR)));
      if (due.length === 0) return;
      await Promise.all(due.map((one) => this.#deliver(one)));
    }
  }

  async #deliver(taken: Taken): Promise<void> {
    const { database, onGivenUp } = this.#parts;
    const within = AbortSignal.timeout(milliseconds(DELIVER_WITHIN));
    const problem = await this.#channels
      .get(taken.channel)!
      .deliver(taken, within)
      .then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
    if (problem === undefined) {
      return database.platform(async (tx) => noteDelivered(tx, taken.notificationId));
    }
    const pause = PAUSES[taken.attempts - 1];
    await database.platform(async (tx) => noteFailed(tx, taken, problem, pause && milliseconds(pause)));
    if (!pause) onGivenUp(taken, problem);
  }
}
