import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, none, type ResultRow } from '../../bench/harness/result.ts';
import { addressOf } from '../../bench/harness/stack.ts';
import { type BenchTeam, benchTeams } from '../../bench/harness/teams.ts';
import { toVenue, type VenueLine, VenueWitness } from '../halting/venue.ts';
import { Database } from '../harness/database.ts';
import { type Circuit, OrderBooks, sendMany, timeUntil } from './rig.ts';

/** What a venue can do to a submission so that it fails, and how long after its arrival it counts as failed. */
const WEATHERS = [
  { name: 'connections cut', control: { drop_next_requests: 1_000_000 }, failsAfterMs: 0 },
  { name: 'a burst of 5xx', control: { fail_next_requests: 1_000_000 }, failsAfterMs: 0 },
  { name: '503', control: { unavailable: true }, failsAfterMs: 0 },
  // The answer is waited for until deadline and clock skew are past: 300 + 50 ms. The order itself is taken.
  {
    name: 'latency',
    control: { delay_next: { count: 1_000_000, ms: 5_000, stage: 'answer' } },
    failsAfterMs: 350,
  },
] as const;
const SIGNAL_LIFE_MS = 60_000;
const OPEN_WITHIN_MS = 50;

export interface BreakerTorture {
  readonly seed: number;
  readonly perSecond: number;
  readonly coolDownSeconds: number;
}

interface Episode {
  readonly name: string;
  readonly openMs: number;
  readonly whileOpen: number;
  readonly tooOld: number;
  readonly doubled: number;
}

/** One weather after the other, each until the circuit opened, stayed open and closed again. Judged by the venue's log. */
export async function tortureBreaker(torture: BreakerTorture): Promise<{ rows: ResultRow[] }> {
  const database = await Database.connect();
  const books = new OrderBooks(database);
  const venue = await addressOf('paper-broker');
  try {
    const episodes: Episode[] = [];
    for (const [index, weather] of WEATHERS.entries()) {
      const [team] = await benchTeams(1);
      episodes.push(await episode({ torture, weather, team: team!, venue, books, turn: index }));
    }
    return { rows: episodes.flatMap(rowsOf) };
  } finally {
    await toVenue(venue, '/v1/control/reset', {});
    await database.end();
  }
}

interface Scene {
  readonly torture: BreakerTorture;
  readonly weather: (typeof WEATHERS)[number];
  readonly team: BenchTeam;
  readonly venue: string;
  readonly books: OrderBooks;
  readonly turn: number;
}

async function episode({ torture, weather, team, venue, books, turn }: Scene): Promise<Episode> {
  const { seed, perSecond, coolDownSeconds } = torture;
  const witness = new VenueWitness(team.accountId);
  const coolDownMs = coolDownSeconds * 1_000;
  await toVenue(venue, '/v1/control', weather.control);
  // A third of these are so old that they expire while the circuit is open.
  const load = { perSecond, prefix: `breaker-${seed}-${turn}` };
  const count = perSecond * 2;
  const sending = Promise.all([
    sendMany(team, { ...load, count }),
    sendMany(team, { ...load, prefix: `${load.prefix}-old`, count: count / 2, ageMs: SIGNAL_LIFE_MS - coolDownMs / 2 }),
  ]);
  let circuit: Circuit | undefined;
  const opened = async (): Promise<boolean> => (circuit = await books.circuit()) !== undefined;
  await timeUntil(opened, 30_000, `the circuit opens under ${weather.name}`);
  await toVenue(venue, '/v1/control/reset', {});
  await sending;
  await timeUntil(async () => (await books.open(team)) === 0, 120_000 + coolDownMs, 'every signal has its end');
  await sleep(200);
  const lines = await witness.lines();
  const expiry = new Map((await books.orders(team)).map((order) => [order.clientOrderId, order.expiresAt.getTime()]));
  return judge(weather, circuit!, lines, expiry);
}

function judge(
  { name, failsAfterMs }: Scene['weather'],
  { openedAt, openUntil }: Circuit,
  lines: readonly VenueLine[],
  expiry: ReadonlyMap<string, number>,
): Episode {
  // Taken or struck: either way it had left the platform.
  const left = lines.filter(({ kind }) => kind === 'order' || kind === 'strike');
  const times = left.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
  const thirdFailure = (times[2] ?? openedAt.getTime()) + failsAfterMs;
  const taken = lines.filter(({ kind, outcome }) => kind === 'order' && outcome === 'accepted');
  const ids = taken.map(({ client_order_id: id }) => id!);
  return {
    name,
    openMs: Math.max(0, openedAt.getTime() - thirdFailure),
    whileOpen: times.filter((at) => at > thirdFailure + OPEN_WITHIN_MS && at < openUntil.getTime()).length,
    tooOld: taken.filter(({ client_order_id: id, at }) => Date.parse(at) > (expiry.get(id!) ?? 0)).length,
    doubled: ids.length - new Set(ids).size,
  };
}

function rowsOf({ name, openMs, whileOpen, tooOld, doubled }: Episode): ResultRow[] {
  return [
    atMost(`${name}: the circuit opens after the third failure`, '', openMs, OPEN_WITHIN_MS, 'ms', 0),
    none(name, {
      'orders that left while it was open': whileOpen,
      'signals traded past their expiry': tooOld,
      'doubled orders': doubled,
    }),
  ];
}
