import type { Database } from '@keelson/persistence';
import type { FlowRunner } from './flow-runner.ts';
import { sweepOutbox } from './outbox.store.ts';
import type { Owner } from './owner.ts';

export interface SweeperOptions {
  readonly database: Database;
  readonly owner: Owner;
  readonly runner: FlowRunner;
  readonly everyMs: number;
  readonly leaseMs: number;
  readonly liveness: boolean;
  /** Most messages taken at once; bounds what a backlog can ask of one process. */
  readonly limit: number;
  readonly onError: (error: unknown) => void;
}

/**
 * The truth behind the wake-ups: takes messages that nobody alive works on and runs them here. It runs them itself
 * rather than queueing them again, so a backlog is not multiplied.
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #inFlight = 0;
  #round: Promise<void> = Promise.resolve();

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#round = this.#sweep()
        .catch(this.#options.onError)
        .finally(() => {
          if (!this.#stopped) this.start();
        });
    }, this.#options.everyMs);
  }

  /** One sweep now; the number of messages taken. */
  async sweepOnce(): Promise<number> {
    const { database, owner, runner, leaseMs, liveness, limit, everyMs } = this.#options;
    const room = limit - this.#inFlight;
    if (!owner.alive || room <= 0) return 0;
    const due = await database.relay((tx) =>
      sweepOutbox(tx, { owner: owner.number, leaseMs, steps: runner.steps, graceMs: everyMs, limit: room, liveness }),
    );
    this.#inFlight += due.length;
    await Promise.all(
      due.map((wakeUp) =>
        runner
          .runWaiting(wakeUp)
          .catch(this.#options.onError)
          .finally(() => {
            this.#inFlight -= 1;
          }),
      ),
    );
    return due.length;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  async #sweep(): Promise<void> {
    // A full batch means more waits: take it at once instead of after the pause.
    while (!this.#stopped && (await this.sweepOnce()) === this.#options.limit);
  }
}
