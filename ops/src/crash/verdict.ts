import type { SentAlert } from '../flow/alert.ts';
import type { Booked } from './books.ts';
import type { Ending } from './frame-collector.ts';
import type { VenueOrder } from './venue-log.ts';

/** Everything that a crash run saw, from four sources: the sender, the stream, the venue's log, the books. */
export interface Evidence {
  readonly accepted: readonly SentAlert[];
  readonly endings: ReadonlyMap<string, Ending>;
  readonly doubledFrames: number;
  readonly missedFrames: number;
  readonly venue: ReadonlyMap<string, VenueOrder>;
  readonly booked: ReadonlyMap<string, Booked>;
  readonly ledger: Readonly<Record<string, string>>;
}

export interface CrashVerdict {
  readonly accepted: number;
  readonly outcomes: Record<string, number>;
  /** By the venue's own log. */
  readonly orders_at_venue: number;
  readonly fills_at_venue: number;
  readonly fills_booked: number;
  readonly ledger_sum: Record<string, string>;
  readonly missed_frames: number;
  /** Accepted signals without an outcome, and fills at the venue that we did not book. */
  readonly lost: number;
  /** Second orders, fills or outcomes of one signal, and orders at the venue that we know nothing of. */
  readonly doubled: number;
  readonly slowest_ms: number;
  readonly sound: boolean;
}

/** Weighs the evidence. Pure, so that a test can show that it finds what is wrong. */
export function judge(evidence: Evidence): CrashVerdict {
  const { accepted, endings, venue, booked, ledger } = evidence;
  const ended = accepted.flatMap((sent) => endings.get(sent.signalId) ?? []);
  const outcomes: Record<string, number> = {};
  for (const { event } of ended) outcomes[event] = (outcomes[event] ?? 0) + 1;
  const mine = new Set(ended.flatMap(({ clientOrderId }) => clientOrderId ?? []));
  // Orders of others who send at the same time are in our books too; those in nobody's books are doubles.
  const relevant = [...venue].filter(([id]) => mine.has(id) || !booked.has(id));
  const unbooked = relevant.filter(([id, order]) => order.filled.gt(booked.get(id)?.filled ?? 0)).length;
  const overbooked = [...booked].filter(
    ([id, book]) => mine.has(id) && book.filled.gt(venue.get(id)?.filled ?? 0),
  ).length;
  const secondOrders = relevant.reduce((sum, [, order]) => sum + Math.max(0, order.orders - 1), 0);
  const strangers = relevant.filter(([id]) => !mine.has(id)).length;
  const lost = accepted.length - ended.length + unbooked;
  const doubled = secondOrders + strangers + overbooked + evidence.doubledFrames;
  const balanced = Object.values(ledger).every((total) => total === '0');
  return {
    accepted: accepted.length,
    outcomes,
    orders_at_venue: relevant.reduce((sum, [, order]) => sum + order.orders, 0),
    fills_at_venue: relevant.reduce((sum, [, order]) => sum + order.fills, 0),
    fills_booked: [...booked].filter(([id]) => mine.has(id)).reduce((sum, [, book]) => sum + book.fills, 0),
    ledger_sum: { ...ledger },
    missed_frames: evidence.missedFrames,
    lost,
    doubled,
    slowest_ms: slowest(accepted, endings),
    sound: lost === 0 && doubled === 0 && evidence.missedFrames === 0 && balanced,
  };
}

function slowest(accepted: readonly SentAlert[], endings: ReadonlyMap<string, Ending>): number {
  const times = accepted.flatMap(({ signalId, sentAt }) => {
    const ending = endings.get(signalId);
    return ending ? [ending.arrivedAt - sentAt] : [];
  });
  return Math.round(Math.max(0, ...times));
}
