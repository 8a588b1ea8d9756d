import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../bench/harness/percentile.ts';
import { atMost, none, type ResultRow } from '../../bench/harness/result.ts';
import { addressOf } from '../../bench/harness/stack.ts';
import { type BenchTeam, benchTeams } from '../../bench/harness/teams.ts';
import { type VenueLine, VenueWitness } from '../halting/venue.ts';
import { Database } from '../harness/database.ts';
import { sendAlert } from '../venue-faults/rig.ts';
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

/** First nothing but trading: whatever is found is a false alarm. Then sabotage in the venue's book alone. */
export async function tortureDrift({ seed, accounts, each, checks, perSecond }: DriftTorture): Promise<Findings> {
  const [teams, venue] = [await benchTeams(accounts), await addressOf('paper-broker')];
  const database = await Database.connect();
  const books = new ReconciliationBooks(database);
  const ids = teams.map(({ accountId }) => accountId);
  const witnesses = teams.map(({ accountId }) => new VenueWitness(accountId));
  const trading = new AbortController();
  const trade = tradeOn(teams, { seed, perSecond }, trading.signal);
  try {
    const calm = await compareInCalm(books, ids, checks);
    const beforehand = new Set((await books.drifts(ids)).map(({ subject }) => subject));
    await sabotage(teams, venue, books, { seed, each });
    const lines = (await Promise.all(witnesses.map((witness) => witness.lines()))).flat();
    const expected = untold(lines as UntoldLine[]);
    const found = await untilMended(books, ids, expected.size);
    return judge({ expected, found, beforehand, calm, injected: each * 8 });
  } finally {
    trading.abort();
    await trade;
    await database.end();
  }
}

async function tradeOn(
  teams: readonly BenchTeam[],
  { seed, perSecond }: { seed: number; perSecond: number },
  signal: AbortSignal,
): Promise<void> {
  const sending = new Set<Promise<unknown>>();
  for (let index = 0; !signal.aborted; index += 1) {
    const sent = sendAlert(teams[index % teams.length]!, `drift-${seed}-${index}`, new Date()).finally(() =>
      sending.delete(sent),
    );
    sending.add(sent);
    await sleep(1_000 / perSecond);
  }
  await Promise.all(sending);
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

/** Every account gets its share; kinds and accounts in an order that the seed decides. */
async function sabotage(
  teams: readonly BenchTeam[],
  venue: string,
  books: ReconciliationBooks,
  { seed, each }: { seed: number; each: number },
): Promise<void> {
  const saboteurs = teams.map((team) => new Saboteur(team, venue, books));
  await Promise.all(
    saboteurs.map(async (saboteur, account) => {
      const mine = Object.values(saboteur.kinds).flatMap((inject, kind) =>
        Array.from({ length: each }, (_, turn) => ({ inject, turn, place: (turn * 7 + kind * 3 + seed) % 97 })),
      );
      const share = mine.filter(({ turn }) => turn % teams.length === account);
      for (const { inject } of share.toSorted((a, b) => a.place - b.place)) await inject();
    }),
  );
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
  readonly beforehand: ReadonlySet<string>;
  readonly calm: number;
  readonly injected: number;
}

function judge({ expected, found, beforehand, calm, injected }: Evidence): Findings {
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
        'not injected': injected - expected.size,
        'not mended': found.filter(({ state }) => state !== 'repaired').length,
        'found that were none': found.filter(({ subject }) => !expected.has(subject)).length,
      }),
      atMost('from the venue’s book to ours: the slowest', '', Math.max(...times), FOUND_WITHIN_MS, 'ms', 0),
      none(`${calm} comparisons while trading, nothing injected`, { 'false alarms': beforehand.size }),
    ],
    details: {
      'found by kind': kinds,
      'found after ms': { p50: percentile(times, 50), p95: percentile(times, 95), p99: percentile(times, 99) },
    },
  };
}
