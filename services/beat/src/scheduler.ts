import type { Clock } from '@keelson/kernel';
import type { HeldLease, Lease, Owner } from '@keelson/messaging';
import type { Database } from '@keelson/persistence';
import type { ScheduledWork } from './scheduled-work.ts';
import { finishRun, servedTimes, startRun } from './scheduler.store.ts';
import { type DueWork, Timetable } from './timetable.ts';

export interface SchedulerParts {
  readonly database: Database;
  readonly owner: Owner;
  /** Exactly one process holds it, however many beats run. */
  readonly lease: Lease;
  readonly work: readonly ScheduledWork[];
  /** What time of day it is, for schedules that follow the market. */
  readonly clock: Clock;
  readonly onError: (schedule: string, error: unknown) => void;
}

/** How often the lease is renewed, and a place without a scheduler is looked for. */
const RENEW_MS = 250;

/**
 * Runs the schedules of the catalogue while it holds the lease. Every run first writes its start under the lease's
 * fence: a process that was frozen and lost the lease finds a newer fence there, and does not run.
 */
export class Scheduler {
  readonly #parts: SchedulerParts;
  readonly #timetable: Timetable;
  readonly #running = new Set<Promise<void>>();
  readonly #busy = new Set<string>();
  #held: HeldLease | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#timetable = new Timetable(parts.work, parts.clock);
  }

  /** True while this process is the one that runs the schedules. */
  get active(): boolean {
    return this.#held !== undefined;
  }

  async start(): Promise<void> {
    await this.#parts.owner.start();
    await this.#tick();
  }

  /** Starts nothing more, waits for what runs, and gives the lease to the next. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.all(this.#running);
    if (this.#held) await this.#parts.lease.release().catch((error: unknown) => this.#parts.onError('lease', error));
    this.#held = undefined;
    await this.#parts.owner.stop();
  }

  async #tick(): Promise<void> {
    try {
      const held = await this.#parts.lease.hold();
      // Another one may have served times since this process held it last.
      if (held && held.fence !== this.#held?.fence) {
        this.#timetable.begin(await this.#parts.database.platform(servedTimes));
      }
      this.#held = held;
      if (this.#held) this.#startDue(this.#held);
    } catch (error) {
      // Without Postgres nobody can know who holds the lease: nothing runs.
      this.#held = undefined;
      this.#parts.onError('lease', error);
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#tick(), RENEW_MS);
  }

  #startDue(held: HeldLease): void {
    for (const due of this.#timetable.take(this.#busy)) {
      const { name } = due.work.schedule;
      this.#busy.add(name);
      const run = this.#run(due, held).finally(() => {
        this.#busy.delete(name);
        this.#running.delete(run);
      });
      this.#running.add(run);
    }
  }

  async #run(due: DueWork, held: HeldLease): Promise<void> {
    const { database, onError } = this.#parts;
    const { name } = due.work.schedule;
    try {
      if (!(await database.platform((tx) => startRun(tx, name, held.fence, due.time)))) return;
      const failure = await due.work.run().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure) {
        this.#timetable.failed(due);
        onError(name, failure);
      }
      await database.platform((tx) => finishRun(tx, name, held.fence, failure, due.time));
    } catch (error) {
      this.#timetable.failed(due);
      onError(name, error);
    }
  }
}
