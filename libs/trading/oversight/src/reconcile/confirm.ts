import { type Difference, keyOf } from './difference.ts';

/** One look at an account: what differed, between which moments of the venue. */
export interface Look {
  /** The venue's time before which nothing of its picture was asked for. */
  readonly from: Date;
  /** The venue's time at the end of its picture. */
  readonly asOf: Date;
  readonly differences: readonly Difference[];
}

/**
 * What two looks prove; pure. A difference counts when it was there both times, the same on both sides, with a quiet
 * interval between the venue's pictures that is longer than any report takes from there to our books, and with nothing
 * of its order under way here either time: no claim, no cancel, no report that waits.
 */
export function confirm(first: Look, second: Look, quietMs: number): readonly Difference[] {
  if (second.from.getTime() - first.asOf.getTime() < quietMs) return [];
  const before = new Set(first.differences.filter(({ busy }) => !busy).map(keyOf));
  return second.differences.filter((difference) => !difference.busy && before.has(keyOf(difference)));
}
