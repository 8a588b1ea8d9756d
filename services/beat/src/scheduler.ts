import { milliseconds } from '@keelson/kernel';
import type { HeldLease, Lease, Owner } from '@keelson/messaging';
import type { Database } from '@keelson/persistence';
import type { ScheduledWork } from './scheduled-work.ts';
import { finishRun, startRun } from './scheduler.store.ts';

export interface SchedulerParts {
  readonly database: Database;
  readonly owner: Owner;
  /** Exactly one process holds it, however many beats run. */
  readonly lease: Lease;
  readonly work: readonly ScheduledWork[];
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
  readonly #due = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();
  readonly #busy = new Set<string>();
  #held: HeldLease | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
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
      this.#held = await this.#parts.lease.hold();
      if (this.#held) this.#startDue(this.#held);
    } catch (error) {
      // Without Postgres nobody can know who holds the lease: nothing runs.
      this.#held = undefined;
      this.#parts.onError('lease', error);
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#tick(), RENEW_MS);
  }

  #startDue(held: HeldLease): void {
    const now = performance.now();
    for (const work of this.#parts.work) {
      const { name, every } = work.schedule;
      if (this.#busy.has(name) || (this.#due.get(name) ?? 0) > now) continue;
      this.#due.set(name, now + milliseconds(every));
      this.#busy.add(name);
      const run = this.#run(work, held).finally(() => {
        this.#busy.delete(name);
        this.#running.delete(run);
      });
      this.#running.add(run);
    }
  }

  async #run(work: ScheduledWork, held: HeldLease): Promise<void> {
    const { database, onError } = this.#parts;
    const { name } = work.schedule;
    try {
      if (!(await database.platform((tx) => startRun(tx, name, held.fence)))) return;
      const failure = await work.run().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure) onError(name, failure);
      await database.platform((tx) => finishRun(tx, name, held.fence, failure));
    } catch (error) {
      onError(name, error);
    }
  }
}
