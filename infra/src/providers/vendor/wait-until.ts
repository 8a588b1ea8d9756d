import { milliseconds, type Duration } from '@keelson/kernel';
import type { Pace } from './pace.ts';

export interface Wait<Thing> {
  /** For the message when time is over: `the project is ACTIVE_HEALTHY`. */
  readonly until: string;
  readonly every: Duration;
  readonly atMost: Duration;
  readonly look: () => Promise<Thing>;
  /** True when it is as wanted; throws when it never will be. */
  readonly done: (thing: Thing) => boolean;
  /** What it is now, for the message. */
  readonly describe: (thing: Thing) => string;
  readonly signal?: AbortSignal;
}

/**
 * Looks again and again until something is as wanted; throws with its last state when that takes too long. The last look
 * begins after the end: a machine that stood still meanwhile is no reason to give up.
 */
export async function waitUntil<Thing>(pace: Pace, wait: Wait<Thing>): Promise<Thing> {
  const end = pace.now() + milliseconds(wait.atMost);
  for (;;) {
    const isLast = pace.now() >= end;
    const thing = await wait.look();
    if (wait.done(thing)) return thing;
    if (isLast) {
      throw new Error(`Waited ${wait.atMost} until ${wait.until}; now it is ${wait.describe(thing)}`);
    }
    await pace.sleep(wait.every, wait.signal);
  }
}
