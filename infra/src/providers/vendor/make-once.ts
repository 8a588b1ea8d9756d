import type { Duration } from '@keelson/kernel';
import { isFailure } from './errors.ts';
import type { Pace } from './pace.ts';

/** Vendors show what was just made a little later; longer than this, it was not made. */
const LOOK_AGAIN: readonly Duration[] = ['0 seconds', '2 seconds', '5 seconds', '10 seconds'];

/**
 * Makes something exactly once, whatever happened before: looks for it by its natural key, makes it when it is not
 * there, and after a lost answer looks again before it gives up. The next `up` starts with a look too, so it finds what
 * an earlier one made without knowing. The natural key must be this stack's own (names carry the installation's id),
 * or somebody else's resource would be taken for ours.
 */
export async function makeOnce<Thing>(
  pace: Pace,
  find: () => Promise<Thing | undefined>,
  make: () => Promise<Thing>,
  signal?: AbortSignal,
): Promise<Thing> {
  const existing = await find();
  if (existing !== undefined) return existing;
  try {
    return await make();
  } catch (error) {
    if (!isFailure(error, 'ambiguous')) throw error;
    for (const pause of LOOK_AGAIN) {
      await pace.sleep(pause, signal);
      const made = await find();
      if (made !== undefined) return made;
    }
    throw error;
  }
}
