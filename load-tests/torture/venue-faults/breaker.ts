import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../../bench/harness/bench.ts';
import { databaseNow } from '../../bench/harness/books.ts';
import { atLeast, atMost, none, type ResultRow } from '../../bench/harness/result.ts';
import { addressOf } from '../../bench/harness/stack.ts';
import type { BenchTeam } from '../../bench/harness/teams.ts';
import { booksAfter } from '../harness/books.ts';
import { Database } from '../harness/database.ts';
import { type DeliveryLine, PlainAlerts } from '../harness/deliver.ts';
import { Journal, runFolder } from '../harness/journal.ts';
import { readyTeams } from '../harness/scene.ts';
import { toVenue, venueFills, type VenueLine, venueOrders, VenueWitness } from '../harness/venue.ts';
import { weigh } from '../harness/verdict.ts';
import { type Circuit, OrderBooks, sendMany, timeUntil } from './rig.ts';

/** What a venue can do to a submission so that it fails, and how long after its arrival it counts as failed. */
const WEATHERS = [
  { name: 'connections cut', control: { drop_next_requests: 1_000_000 }, failsAfterMs: 0 },
  { name: 'a burst of 5xx', control: { fail_next_requests: 1_000_000 }, failsAfterMs: 0 },
  { name: '503', control: { unavailable: true }, failsAfterMs: 0 },
  // The answer is waited for until the deadline and its grace are past: 300 + 700 ms. The order itself is taken.
  {
    name: 'latency',
    control: { delay_next: { count: 1_000_000, ms: 5_000, stage: 'answer' } },
    failsAfterMs: 1_000,
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
  readonly lost: number;
  readonly unbooked: number;
  /** Alerts that expired while the circuit was open: without one, nothing old was put to the test. */
  readonly oldOnes: number;
}

/** One weather after the other, each until the circuit opened, stayed open and closed again. Judged by the venue's log. */
export async function tortureBreaker(torture: BreakerTorture): Promise<{ rows: ResultRow[] }> {
  const [database, folder] = [await Database.connect(), runFolder('breaker', torture.seed)];
  const venue = await addressOf('paper-broker');
  try {
    const episodes: Episode[] = [];
    const checker = new Journal<Episode>(folder, 'checker');
    for (const weather of WEATHERS) {
      const [team] = await readyTeams(database, 1);
      const journal = new Journal<DeliveryLine>(folder, `sender ${weather.name}`.replaceAll(' ', '-'));
      episodes.push(await episode({ torture, weather, team: team!, venue, database, journal }));
      checker.append(episodes.at(-1)!);
    }
    say(`  logs of sender and checker: ${folder}`);
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
  readonly database: Database;
  readonly journal: Journal<DeliveryLine>;
}

async function episode({ torture, weather, team, venue, database, journal }: Scene): Promise<Episode> {
  const { seed, perSecond, coolDownSeconds } = torture;
  const [since, witness] = [await databaseNow(), new VenueWitness(team.accountId)];
  const books = new OrderBooks(database, since);
  const coolDownMs = coolDownSeconds * 1_000;
  await toVenue(venue, '/v1/control', weather.control);
  // A third of these are so old that they expire while the circuit is open.
  const [count, alerts] = [perSecond * 2, new PlainAlerts(`breaker-${seed}`)];
  const old = { count: count / 2, ageMs: SIGNAL_LIFE_MS - coolDownMs / 2 };
  const sending = Promise.all([
    sendMany(team, { perSecond, alerts, journal, count }),
    sendMany(team, { perSecond, alerts, journal, ...old }),
  ]);
  let circuit: Circuit | undefined;
  const opened = async (): Promise<boolean> => (circuit = await books.circuit()) !== undefined;
  await timeUntil(opened, 30_000, `the circuit opens under ${weather.name}`);
  await toVenue(venue, '/v1/control/reset', {});
  const sent = (await sending).flat();
  await timeUntil(async () => (await books.open(team)) === 0, 120_000 + coolDownMs, 'every signal has its end');
  await sleep(200);
  const lines = await witness.lines();
  const after = await booksAfter([team], since);
  return judge(weather, circuit!, { sent, lines, after });
}

interface Witnesses {
  readonly sent: readonly DeliveryLine[];
  readonly lines: readonly VenueLine[];
  readonly after: Awaited<ReturnType<typeof booksAfter>>;
}

function judge(
  { name, failsAfterMs }: Scene['weather'],
  { openedAt, openUntil }: Circuit,
  { sent, lines, after }: Witnesses,
): Episode {
  // Taken or struck: either way it had left the platform.
  const left = lines.filter(({ kind }) => kind === 'order' || kind === 'strike');
  const times = left.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
  const thirdFailure = (times[2] ?? openedAt.getTime()) + failsAfterMs;
  const taken = lines.filter(({ kind, outcome }) => kind === 'order' && outcome === 'accepted');
  const expiry = new Map(sent.map(({ price, sent_at: at }) => [Number(price), Date.parse(at!) + SIGNAL_LIFE_MS]));
  const wrongs = weigh({
    ...{ deliveries: sent, venueOrders: venueOrders(lines), venueFills: venueFills(lines), books: after },
  });
  return {
    name,
    openMs: Math.max(0, openedAt.getTime() - thirdFailure),
    whileOpen: times.filter((at) => at > thirdFailure + OPEN_WITHIN_MS && at < openUntil.getTime()).length,
    tooOld: taken.filter(({ reference_price: price, at }) => Date.parse(at) > (expiry.get(Number(price)) ?? 0)).length,
    doubled: wrongs.duplicateOrders.length,
    lost: wrongs.lost.length + wrongs.endedTwice.length,
    unbooked: wrongs.filledUnbooked.length + wrongs.bookedUnfilled.length,
    oldOnes: [...after.endings.values()].filter((events) => events.includes('order.expired')).length,
  };
}

function rowsOf({ name, openMs, whileOpen, tooOld, doubled, lost, unbooked, oldOnes }: Episode): ResultRow[] {
  return [
    atMost(`${name}: the circuit opens after the third failure`, '', openMs, OPEN_WITHIN_MS, 'ms', 0),
    none(name, {
      'orders that left while it was open': whileOpen,
      'signals traded past their expiry': tooOld,
      'doubled orders': doubled,
      'signals without one end': lost,
      'fills that only one side has': unbooked,
    }),
    atLeast(`${name}: signals that expired while it was open`, oldOnes, 1, 'signals'),
  ];
}
