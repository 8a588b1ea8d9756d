import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../../bench/harness/bench.ts';
import { databaseNow } from '../../bench/harness/books.ts';
import { percentile } from '../../bench/harness/percentile.ts';
import { atMost, none, type ResultRow } from '../../bench/harness/result.ts';
import { addressOf } from '../../bench/harness/stack.ts';
import type { BenchTeam } from '../../bench/harness/teams.ts';
import { Database } from '../harness/database.ts';
import { Courier, type DeliveryLine } from '../harness/deliver.ts';
import { Journal, runFolder } from '../harness/journal.ts';
import { readyTeams } from '../harness/scene.ts';
import { SteadySender } from '../harness/steady.ts';
import { type VenueLine, VenueWitness } from '../harness/venue.ts';
import { type Drift, ReconciliationBooks } from './books.ts';
import { Saboteur } from './inject.ts';

const FOUND_WITHIN_MS = 10_000;
const MENDED_WITHIN_MS = 60_000;

export interface DriftTorture {
  readonly seed: number;
  /** Accounts that are sabotaged while they trade. */
  readonly accounts: number;
  /** Drifts of each of the eight kinds. */
  readonly each: number;
  /** Comparisons without any sabotage, in which nothing may be found. */
  readonly checks: number;
  /** Signals a second over all accounts. */
  readonly perSecond: number;
}

interface Findings {
  readonly rows: ResultRow[];
  readonly details: Record<string, Record<string, number>>;
}

/** What somebody did to the venue's book, as he wrote it down when it was done. */
interface SabotageLine {
  readonly account: string;
  readonly kind: string;
}

/** First nothing but trading: whatever is found is a false alarm. Then sabotage in the venue's book alone. */
export async function tortureDrift(torture: DriftTorture): Promise<Findings> {
  const { seed, accounts, perSecond } = torture;
  const database = await Database.connect();
  try {
    const teams = await readyTeams(database, accounts);
    const folder = runFolder('drift', seed);
    const sender = new Journal<DeliveryLine>(folder, 'sender');
    const trade = new SteadySender(teams, perSecond, `drift-${seed}`, sender);
    trade.start();
    try {
      return await drifts(torture, teams, database, folder);
    } finally {
      await trade.stop();
    }
  } finally {
    await database.end();
  }
}

async function drifts(
  { seed, each, checks }: DriftTorture,
  teams: readonly BenchTeam[],
  database: Database,
  folder: string,
): Promise<Findings> {
  const venue = await addressOf('paper-broker');
  const books = new ReconciliationBooks(database, await databaseNow());
  const saboteur = new Journal<SabotageLine>(folder, 'saboteur');
  const ids = teams.map(({ accountId }) => accountId);
  const witnesses = teams.map(({ accountId }) => new VenueWitness(accountId));
  const resting = new Courier(new Journal<DeliveryLine>(folder, 'saboteur-alerts'));
  try {
    const calm = await compareInCalm(books, ids, checks);
    const beforehand = await books.drifts(ids);
    await sabotage({ teams, venue, books, resting, journal: saboteur }, { seed, each });
    const lines = (await Promise.all(witnesses.map((witness) => witness.lines()))).flat();
    const expected = untold(lines as UntoldLine[]);
    const found = await untilMended(books, ids, expected.size);
    const written = saboteur.lines().length;
    new Journal<object>(folder, 'checker').append({ calm, beforehand, expected: [...expected.keys()], found });
    say(`  logs of sender, saboteur and checker: ${folder}`);
    return judge({ expected, found, beforehand, calm, injected: each * 8, written });
  } finally {
    await resting.end();
    // What rests at the venue is taken back, so that the next run begins with nothing open.
    for (const account of ids) {
      await fetch(`${venue}/v1/orders?account=${account}&keep_reduce_only=false`, { method: 'DELETE' });
    }
  }
}

async function compareInCalm(books: ReconciliationBooks, ids: readonly string[], wanted: number): Promise<number> {
  const before = await books.checks(ids);
  for (;;) {
    const done = (await books.checks(ids)) - before;
    if (done >= wanted) return done;
    await books.hasten(ids);
    await sleep(200);
  }
}

interface Sabotage {
  readonly teams: readonly BenchTeam[];
  readonly venue: string;
  readonly books: ReconciliationBooks;
  readonly resting: Courier;
  readonly journal: Journal<SabotageLine>;
}

/** Every account gets its share; kinds and accounts in an order that the seed decides. */
async function sabotage(
  { teams, venue, books, resting, journal }: Sabotage,
  { seed, each }: { seed: number; each: number },
): Promise<void> {
  const ends = await Promise.allSettled(
    teams.map(async (team, account) => {
      const saboteur = new Saboteur(team, venue, books, resting);
      const mine = Object.entries(saboteur.kinds).flatMap(([kind, inject], number) =>
        Array.from({ length: each }, (_, turn) => ({ kind, inject, turn, place: (turn * 7 + number * 3 + seed) % 97 })),
      );
      const share = mine.filter(({ turn }) => turn % teams.length === account);
      for (const { kind, inject } of share.toSorted((a, b) => a.place - b.place)) {
        await inject();
        journal.append({ account: team.accountId, kind });
      }
    }),
  );
  // Whoever failed, the others are done: nothing is put into the book any more when it is cleared.
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

type UntoldLine = VenueLine & {
  readonly event_id?: string;
  readonly execution_id?: string;
  readonly venue_order_id: string;
};

/** What the venue did and told nobody, by its own log: the id that a drift must name, and when it happened. */
function untold(lines: readonly UntoldLine[]): ReadonlyMap<string, number> {
  const expected = new Map<string, number>();
  for (const { kind, type, client_order_id, venue_order_id, event_id, execution_id, at } of lines) {
    const byHand = kind === 'order' && client_order_id === undefined && type === 'limit';
    if (byHand || (kind === 'silent' && type === 'cancelled')) expected.set(venue_order_id, Date.parse(at));
    if (kind !== 'silent') continue;
    if (type === 'filled') expected.set(event_id!, Date.parse(at));
    if (type === 'corrected' || type === 'duplicated') expected.set(execution_id!, Date.parse(at));
  }
  return expected;
}

async function untilMended(books: ReconciliationBooks, ids: readonly string[], wanted: number): Promise<Drift[]> {
  for (const end = Date.now() + MENDED_WITHIN_MS; ; await sleep(250)) {
    const drifts = await books.drifts(ids);
    const mended = drifts.filter(({ state }) => state === 'repaired');
    if ((drifts.length >= wanted && mended.length === drifts.length) || Date.now() > end) return drifts;
  }
}

interface Evidence {
  readonly expected: ReadonlyMap<string, number>;
  readonly found: readonly Drift[];
  /** What was found before anything was done. */
  readonly beforehand: readonly Drift[];
  readonly calm: number;
  readonly injected: number;
  /** Lines of the saboteur's own log. */
  readonly written: number;
}

function judge({ expected, found, beforehand, calm, injected, written }: Evidence): Findings {
  const subjects = new Set(found.map(({ subject }) => subject));
  const times = found.flatMap(({ subject, foundAt }) => {
    const at = expected.get(subject);
    return at === undefined ? [] : [foundAt.getTime() - at];
  });
  const kinds = Object.fromEntries(
    [...Map.groupBy(found, ({ kind }) => kind)].map(([kind, some]) => [kind, some.length]),
  );
  return {
    rows: [
      none(`${injected} drifts of eight kinds, injected while trading`, {
        missing: [...expected.keys()].filter((subject) => !subjects.has(subject)).length,
        // The saboteur's log and the venue's own must both have all of them.
        'not injected': injected - Math.min(expected.size, written),
        'not mended': found.filter(({ state }) => state !== 'repaired').length,
        'found that were none': found.filter(({ subject }) => !expected.has(subject)).length,
      }),
      atMost('from the venue’s book to ours: the slowest', '', Math.max(...times), FOUND_WITHIN_MS, 'ms', 0),
      none(`${calm} comparisons while trading, nothing injected`, { 'false alarms': beforehand.length }),
    ],
    details: {
      'found by kind': kinds,
      'found after ms': { p50: percentile(times, 50), p95: percentile(times, 95), p99: percentile(times, 99) },
    },
  };
}
