import type { StepName } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import type { FlowRunner } from './flow-runner.ts';
import { sweepOutbox } from './outbox.store.ts';
import type { Owner } from './owner.ts';
import { showProgress } from './progress.store.ts';
import type { WakeUp } from './step.ts';

/** How often a worker shows that it makes progress. */
const PROGRESS_EVERY_MS = 1_000;

export interface SweeperOptions {
  readonly database: Database;
  readonly owner: Owner;
  readonly runner: FlowRunner;
  readonly everyMs: number;
  readonly leaseMs: number;
  readonly liveness: boolean;
  /** Most messages in hand at once; bounds what a backlog can ask of one process. */
  readonly limit: number;
  /** Works off in bulk what need not be run message by message. */
  readonly relief?: Relief | undefined;
  readonly onError: (error: unknown) => void;
}

/** Asked for when a sweep finds many messages of one team that wait for the same step. */
export interface Relief {
  readonly step: StepName;
  /** Ends what it can, in transactions of its own; the ids of the messages that it ended. */
  readonly work: (teamId: Id) => Promise<ReadonlySet<Id>>;
}

/** So many messages of a team in one sweep are a backlog: wake-ups leave none behind. */
const BACKLOG = 8;

/**
 * The truth behind the wake-ups: takes messages that nobody alive works on and runs them here. It runs them itself
 * rather than queueing them again, so a backlog is not multiplied.
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  readonly #runs = new Set<Promise<unknown>>();
  #round: Promise<void> = Promise.resolve();
  #shownAt = -Infinity;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  /** Sweeps again and again. A round does not wait for what it took: one slow message must not hold up the others. */
  start(): void {
    this.#timer = setTimeout(() => {
      this.#round = this.#take()
        .catch(this.#options.onError)
        .finally(() => {
          if (!this.#stopped) this.start();
        });
    }, this.#options.everyMs);
  }

  /** Takes nothing more, and waits for what was taken. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
    await Promise.all(this.#runs);
  }

  async #take(): Promise<void> {
    const { database, owner, runner, leaseMs, liveness, limit, everyMs, onError } = this.#options;
    const room = limit - this.#runs.size;
    if (!owner.alive || room <= 0) return;
    const { number } = owner;
    const due = await database.relay((tx) => {
      // With the round itself: whoever shows progress has found out what is due, and has room for it.
      if (this.#isToShow()) showProgress(tx, number);
      return sweepOutbox(tx, { owner: number, leaseMs, steps: runner.steps, graceMs: everyMs, limit: room, liveness });
    });
    const ended = await this.#relieve(due);
    for (const wakeUp of due) {
      if (ended.has(wakeUp.outboxId)) continue;
      const run = runner
        .runWaiting(wakeUp)
        .catch(onError)
        .finally(() => this.#runs.delete(run));
      this.#runs.add(run);
    }
  }

  /** What cannot be relieved is run as ever. */
  async #relieve(due: readonly WakeUp[]): Promise<ReadonlySet<Id>> {
    const { relief, onError } = this.#options;
    const ended = new Set<Id>();
    if (!relief) return ended;
    const waiting = Map.groupBy(
      due.filter(({ step }) => step === relief.step),
      ({ teamId }) => teamId,
    );
    for (const [teamId, some] of waiting) {
      if (some.length < BACKLOG) continue;
      try {
        for (const id of await relief.work(teamId)) ended.add(id);
      } catch (error) {
        onError(error);
      }
    }
    return ended;
  }

  #isToShow(): boolean {
    const now = performance.now();
    if (this.#options.owner.role !== 'worker' || now - this.#shownAt < PROGRESS_EVERY_MS) return false;
    this.#shownAt = now;
    return true;
  }
}
