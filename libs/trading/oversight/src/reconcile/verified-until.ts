import { type Difference, keyOf } from './difference.ts';
import type { VenuePicture } from './picture.ts';

/**
 * Up to when executions are the same on both sides: from a little before there on they are asked for next time; pure. Those
 * that differ are looked at again until they do not. A duplicate stays as it is at the venue: once it is proven it is on
 * record, but one that only the second look saw is still to be seen twice.
 */
export function verifiedUntil(
  { from, since }: Pick<VenuePicture, 'from' | 'since'>,
  differences: readonly Difference[],
  proven: readonly Difference[],
): Date {
  const recorded = new Set(proven.map(keyOf));
  const open = differences.flatMap((difference) => {
    const { kind, execution, ours } = difference;
    if (kind === 'duplicate_fill' && recorded.has(keyOf(difference))) return [];
    const at = execution?.at ?? (kind === 'vanished_fill' ? ours?.['at'] : undefined);
    return at === undefined ? [] : [Date.parse(at)];
  });
  return new Date(Math.max(since.getTime(), Math.min(from.getTime(), ...open)));
}
