import { acceptances, type Backlog } from './books.ts';
import { percentile } from './percentile.ts';
import type { BenchTeam } from './teams.ts';
import { venueArrivals } from './venue-log.ts';
import type { Mark } from './witnesses.ts';

/**
 * Milliseconds from a signal's receipt to its order at the venue, by the venue's own log; sorted by the time of receipt,
 * the warm-up left out. Counts from the beginning of the transaction that accepts, which is before the answer to the
 * sender. Both clocks are this machine's; the venue writes whole milliseconds.
 */
export async function arrivalTimes(
  mark: Mark,
  teams: readonly BenchTeam[],
  warmUpSeconds: number,
): Promise<readonly number[]> {
  const [accepted, arrived] = await Promise.all([
    acceptances(
      teams.map(({ teamId }) => teamId),
      mark.since,
    ),
    venueArrivals(new Set(teams.map(({ accountId }) => accountId)), mark.ends),
  ]);
  const first = Math.min(...accepted.values());
  return [...accepted]
    .filter(([id, at]) => arrived.has(id) && at >= first + warmUpSeconds * 1_000)
    .sort(([, left], [, right]) => left - right)
    .map(([id, at]) => arrived.get(id)! - at);
}

/** 50th, 95th, 99th percentile and maximum, as text. */
export function spreadOf(values: readonly number[]): string {
  return [50, 95, 99, 100].map((percent) => percentile(values, percent).toFixed(1)).join(' / ');
}

/** Messages by which the backlog grows in a second: the slope of a straight line through what was seen. */
export function growthOf(seen: readonly Backlog[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [time, level] = [mean(seen.map(({ seconds }) => seconds)), mean(seen.map(({ waiting }) => waiting))];
  const rise = seen.reduce((sum, { seconds, waiting }) => sum + (seconds - time) * (waiting - level), 0);
  const run = seen.reduce((sum, { seconds }) => sum + (seconds - time) ** 2, 0);
  if (run === 0) throw new Error('one look at a backlog says nothing of its growth');
  return rise / run;
}
