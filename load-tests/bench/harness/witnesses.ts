import { type BookCounts, bookCounts, databaseNow } from './books.ts';
import type { K6Run } from './k6.ts';
import { none, type ResultRow } from './result.ts';
import type { BenchTeam } from './teams.ts';
import { type LogEnds, type VenueCounts, venueCounts, venueLogEnds } from './venue-log.ts';

/** Where the venue's log and Postgres's clock stood before a run. */
export interface Mark {
  readonly ends: LogEnds;
  readonly since: Date;
}

export async function markNow(): Promise<Mark> {
  return { ends: venueLogEnds(), since: await databaseNow() };
}

/** What the venue and the books saw of some teams since a mark. */
export interface Seen {
  readonly venue: VenueCounts;
  readonly books: BookCounts;
}

export async function seenSince(mark: Mark, teams: readonly BenchTeam[]): Promise<Seen> {
  return {
    venue: await venueCounts(new Set(teams.map(({ accountId }) => accountId)), mark.ends),
    books: await bookCounts(
      teams.map(({ teamId }) => teamId),
      mark.since,
    ),
  };
}

/** Compares what four witnesses counted: the sender, the stream, the venue's own log, the books. */
export function countRow(title: string, k6: K6Run, { venue, books }: Seen): ResultRow {
  const accepted = k6.value('signals_accepted', 'count');
  const lost =
    k6.value('signals_lost', 'count') +
    k6.value('frames_missed', 'count') +
    Math.max(0, accepted - books.receipts) +
    Math.max(0, accepted - venue.orders) +
    Math.max(0, venue.filledQuantity - books.filledQuantity);
  const doubled =
    k6.value('signals_doubled', 'count') +
    venue.doubled +
    Math.max(0, venue.orders - accepted) +
    Math.max(0, books.filledQuantity - venue.filledQuantity);
  const unfilled = k6.value('signals_unfilled', 'count') + Math.max(0, accepted - books.filledOrders);
  return none(`${title}: by sender, stream, venue's log and books`, {
    lost,
    doubled,
    unfilled,
    unbalanced: books.unbalanced,
  });
}

/**
 * For a load that may be more than the machine can do, once nothing waits any more: some of it expired, but every signal
 * came to one end, and what the venue filled is what the books have.
 */
export function endRow(title: string, k6: K6Run, { venue, books }: Seen): ResultRow {
  return none(`${title}: by sender, venue's log and books`, {
    'accepted and lost': Math.max(0, k6.value('signals_accepted', 'count') - books.receipts),
    'without exactly one end': books.receipts - books.endedOnce,
    'doubled at the venue': venue.doubled + Math.max(0, venue.orders - books.orders),
    'filled but not booked': Math.abs(venue.filledQuantity - books.filledQuantity),
    unbalanced: books.unbalanced,
  });
}

/** The counts themselves, for the details of a result. */
export function countTable(k6: K6Run, { venue, books }: Seen): Record<string, number> {
  return {
    accepted: k6.value('signals_accepted', 'count'),
    'receipts in Postgres': books.receipts,
    'orders at the venue': venue.orders,
    'fills at the venue': venue.fills,
    'fills booked': books.fills,
  };
}
