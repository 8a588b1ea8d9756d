import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Nothing is asked for so long in real time: whatever could be under way is waiting. Longer than an engine, a program and a
 * provider need between two calls on a busy machine; when it is too short, less is under way at that moment, no more.
 */
const QUIET_MS = 400;

/** Knows when nobody asks anything any more, for all vendors of a stage. */
export class Standstill {
  #lastCall = 0;

  note(): void {
    this.#lastCall = performance.now();
  }

  /** Resolves once no call came for a while. */
  async reached(): Promise<void> {
    for (;;) {
      const left = this.#lastCall + QUIET_MS - performance.now();
      if (left <= 0) return;
      await sleep(left);
    }
  }
}
