import type { Id } from '@keelson/kernel';
import { ExitKeeper } from './exits.ts';
import { unfinishedHalts } from './halts.store.ts';
import type { HaltParts } from './parts.ts';
import { HaltProcedure } from './procedure.ts';

/** How often a process looks for halts that nobody drives: one row index that is empty on every other day. */
const LOOK_EVERY_MS = 500;

/**
 * Sees to it that halts end: drives every unfinished one that no other living process drives, and afterwards gives back what
 * they took from open positions. Runs in workers and the api.
 */
export class HaltKeeper {
  readonly #parts: HaltParts;
  readonly #procedure: HaltProcedure;
  readonly #exits: ExitKeeper;
  readonly #stopped = new AbortController();
  readonly #drives = new Set<Promise<unknown>>();
  #timer: NodeJS.Timeout | undefined;
  #look: Promise<void> = Promise.resolve();

  constructor(parts: HaltParts) {
    this.#parts = parts;
    this.#procedure = new HaltProcedure(parts);
    this.#exits = new ExitKeeper(parts);
  }

  start(): void {
    this.#look = this.#driveUnfinished()
      .catch(this.#parts.onError)
      .finally(() => {
        if (!this.#stopped.signal.aborted) this.#timer = setTimeout(() => this.start(), LOOK_EVERY_MS);
      });
  }

  /** Starts to drive one at once, for whoever has just asked for it; failures go to the log, and the next look retries. */
  drive(haltId: Id): void {
    if (!this.#parts.owner.alive || this.#stopped.signal.aborted) return;
    const drive: Promise<unknown> = this.#procedure
      .drive(haltId, this.#stopped.signal)
      .catch(this.#parts.onError)
      .finally(() => this.#drives.delete(drive));
    this.#drives.add(drive);
  }

  /** Leaves what is under way to the next process, at the point where it is. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#look;
    await Promise.all(this.#drives);
    await this.#exits.stop().catch(this.#parts.onError);
  }

  async #driveUnfinished(): Promise<void> {
    if (!this.#parts.owner.alive) return;
    for (const { haltId } of await this.#parts.database.relay(unfinishedHalts)) this.drive(haltId);
    this.#exits.look();
  }
}
