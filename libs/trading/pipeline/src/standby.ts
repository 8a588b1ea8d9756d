import { type Duration, milliseconds } from '@keelson/kernel';
import { sinceProgress } from '@keelson/messaging';
import type { Database } from '@keelson/persistence';

/** The part of a pipeline that a standby needs. */
export interface StandIn {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface StandbyParts {
  readonly database: Database;
  /** Makes what does the workers' work, with connections of its own; made anew each time that it is needed. */
  readonly make: () => StandIn;
  /** How long no worker must make progress before it begins. */
  readonly after?: Duration;
  readonly onChange: (standingIn: boolean) => void;
  readonly onError: (error: unknown) => void;
}

const LOOK_EVERY_MS = 500;

/**
 * Does the workers' work while none of them makes progress, dead or frozen, under the same leases, and steps back when
 * one does. A worker that thaws while this one works finds its leases lost and its deadlines past.
 */
export class Standby {
  readonly #parts: StandbyParts;
  readonly #afterMs: number;
  /** Since when this process has been able to see for itself: while Postgres was away, nobody could show progress. */
  #lookingSince = performance.now();
  #standIn: StandIn | undefined;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #tick: Promise<void> = Promise.resolve();

  constructor(parts: StandbyParts) {
    this.#parts = parts;
    this.#afterMs = milliseconds(parts.after ?? '5 seconds');
  }

  /** True while this process does what workers do. */
  get active(): boolean {
    return this.#standIn !== undefined;
  }

  start(): void {
    this.#tick = this.#look()
      .catch(this.#parts.onError)
      .finally(() => {
        if (!this.#stopped) this.#timer = setTimeout(() => this.start(), LOOK_EVERY_MS);
      });
  }

  /** Finishes what is in flight. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#tick;
    await this.#stepBack();
  }

  async #look(): Promise<void> {
    let since: number;
    try {
      since = await this.#parts.database.platform(sinceProgress);
    } catch (error) {
      this.#lookingSince = performance.now();
      throw error;
    }
    if (since < this.#afterMs) await this.#stepBack();
    else if (!this.#standIn && performance.now() - this.#lookingSince >= this.#afterMs) await this.#stepIn();
  }

  async #stepIn(): Promise<void> {
    const standIn = this.#parts.make();
    try {
      await standIn.start();
    } catch (error) {
      await standIn.stop().catch(this.#parts.onError);
      throw error;
    }
    this.#standIn = standIn;
    this.#parts.onChange(true);
  }

  async #stepBack(): Promise<void> {
    const standIn = this.#standIn;
    if (!standIn) return;
    this.#standIn = undefined;
    this.#parts.onChange(false);
    await standIn.stop();
  }
}
