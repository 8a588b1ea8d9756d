import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { say } from '../../bench/harness/bench.ts';
import { databaseNow } from '../../bench/harness/books.ts';
import { percentile } from '../../bench/harness/percentile.ts';
import { atMost, none, type ResultRow } from '../../bench/harness/result.ts';
import type { BenchTeam } from '../../bench/harness/teams.ts';
import { VenueWitness } from '../harness/venue.ts';
import { Database } from '../harness/database.ts';
import { Journal, runFolder } from '../harness/journal.ts';
import { readyTeams } from '../harness/scene.ts';
import { FloodBooks, type Halted, resumeStrategy } from './flood.ts';
import { type OtherLine, Others } from './others.ts';

export interface RunawayTorture {
  readonly seed: number;
  /** Received signals of the strategy that ran away, over `floodMs`. */
  readonly signals: number;
  readonly floodMs: number;
  /** How long the others trade before anything happens, to be compared with. */
  readonly calmMs: number;
}

export interface RunawayFindings {
  readonly rows: readonly ResultRow[];
  readonly details: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
}

const OTHER_TEAMS = 4;
const OTHERS_PER_SECOND = 20;
/** The defaults of issue and requirement: ten orders a second, a hundred a minute. */
const ORDERS_PER_SECOND = 10;
const ORDERS_PER_MINUTE = 100;
const KEY_PER_MINUTE = 600;
/** Keys are remembered by the api for five seconds. */
const KEY_KNOWN_MS = 6_000;
const HALTED_WITHIN_MS = 1_000;
const BATCH_EVERY_MS = 100;
const GIVE_UP_MS = 300_000;

/** One strategy runs away behind the api, then another through it, while others trade; judged by the venue's log. */
export async function tortureRunaway(torture: RunawayTorture): Promise<RunawayFindings> {
  const database = await Database.connect();
  try {
    return await runAway(torture, database, await readyTeams(database, 2 + OTHER_TEAMS));
  } finally {
    await database.end();
  }
}

async function runAway(
  torture: RunawayTorture,
  database: Database,
  [wild, hasty, ...calm]: readonly BenchTeam[],
): Promise<RunawayFindings> {
  const folder = runFolder('runaway', torture.seed);
  const books = new FloodBooks(database);
  const others = new Others(calm, OTHERS_PER_SECOND, new Journal<OtherLine>(folder, 'sender'));
  try {
    await others.trade('warm-up', Math.min(3_000, torture.calmMs));
    await others.trade('calm', torture.calmMs);
    const behind = await behindTheApi(torture, wild!, books, others);
    const through = await throughTheApi(torture, hasty!, books, others);
    const latencies = {
      ...{ calm: await others.latencies('calm'), flood: await others.latencies('flood') },
      http: await others.latencies('http'),
    };
    new Journal(folder, 'checker').append({ behind, through, latencies });
    say(`  logs of sender and checker: ${folder}`);
    return findings(torture, behind, through, latencies);
  } finally {
    await others.end();
  }
}

interface Behind {
  readonly halted: Halted | undefined;
  readonly orders: number;
  readonly mostInASecond: number;
  readonly drainMs: number;
}

async function behindTheApi(
  { signals, floodMs }: RunawayTorture,
  team: BenchTeam,
  books: FloodBooks,
  others: Others,
): Promise<Behind> {
  await books.limitOrders(team, ORDERS_PER_SECOND, ORDERS_PER_MINUTE);
  const [since, witness] = [await databaseNow(), new VenueWitness(team.accountId)];
  try {
    const trading = others.trade('flood', floodMs);
    await flood(team, books, { signals, floodMs });
    await trading;
    const started = performance.now();
    while ((await books.waiting(team)) > 0 && performance.now() - started < GIVE_UP_MS) await sleep(50);
    const taken = await witness.ordersTaken();
    return {
      ...{ halted: await books.halted(team, since), orders: taken.length, mostInASecond: densest(taken) },
      drainMs: performance.now() - started,
    };
  } finally {
    await books.limitOrders(team, null, null);
    if (await books.halted(team, since)) await resumeStrategy(team);
  }
}

async function flood(
  team: BenchTeam,
  books: FloodBooks,
  { signals, floodMs }: Pick<RunawayTorture, 'signals' | 'floodMs'>,
): Promise<void> {
  const started = performance.now();
  for (let sent = 0; sent < signals;) {
    const passed = performance.now() - started;
    const due = Math.min(signals, Math.ceil(((passed + BATCH_EVERY_MS) / floodMs) * signals));
    if (due > sent) await books.inject(team, due - sent);
    sent = Math.max(sent, due);
    await sleep(Math.max(0, BATCH_EVERY_MS - (performance.now() - started - passed)));
  }
}

/** The most orders within any second, by the venue's clock. */
function densest(times: readonly number[]): number {
  const sorted = times.toSorted((left, right) => left - right);
  let [most, first] = [0, 0];
  for (const [index, at] of sorted.entries()) {
    while (sorted[first]! <= at - 1_000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

interface Through {
  readonly sent: number;
  readonly accepted: number;
  readonly throttled: number;
  readonly seconds: number;
}

/** The same strategy over HTTP, with its key's limit on: what is too much is refused at the door. */
async function throughTheApi(
  { seed, floodMs }: RunawayTorture,
  team: BenchTeam,
  books: FloodBooks,
  others: Others,
): Promise<Through> {
  const agent = new Agent({ connections: 8, pipelining: 1 });
  await books.limitKey(team, KEY_PER_MINUTE);
  try {
    await sleep(KEY_KNOWN_MS);
    const [trading, started, answers] = [others.trade('http', floodMs), performance.now(), new Map<number, number>()];
    const hammer = async (lane: number): Promise<void> => {
      for (let index = 0; performance.now() - started < floodMs; index += 1) {
        const status = await hit(team, `hasty-${seed}-${Math.round(started)}-${lane}-${index}`, agent);
        answers.set(status, (answers.get(status) ?? 0) + 1);
        await sleep(20);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, lane) => hammer(lane)));
    await trading;
    const sent = [...answers.values()].reduce((sum, count) => sum + count, 0);
    const counts = { sent, accepted: answers.get(202) ?? 0, throttled: answers.get(429) ?? 0 };
    return { ...counts, seconds: (performance.now() - started) / 1_000 };
  } finally {
    await agent.close();
    await books.limitKey(team, null);
  }
}

async function hit(team: BenchTeam, id: string, agent: Agent): Promise<number> {
  const alert = { key: team.webhook_key, id, ticker: 'CME_MINI:ES1!', action: 'buy', quantity: '1', price: '5000' };
  const { statusCode, body } = await request(team.webhook_url, {
    ...{ method: 'POST', body: JSON.stringify({ ...alert, order_id: 'hasty' }), dispatcher: agent },
    headers: { 'content-type': 'application/json' },
  });
  await body.dump();
  return statusCode;
}

type Latencies = Awaited<ReturnType<Others['latencies']>>;

function findings(
  { signals, floodMs }: RunawayTorture,
  behind: Behind,
  through: Through,
  { calm, flood, http }: { calm: Latencies; flood: Latencies; http: Latencies },
): RunawayFindings {
  const title = `${signals} signals in ${Math.round(floodMs / 1_000)} s from one strategy`;
  const minutes = Math.ceil(floodMs / 60_000);
  const p95 = ({ times }: Latencies): number => percentile(times, 95);
  const allowed = Math.ceil(KEY_PER_MINUTE * Math.max(1, Math.ceil(through.seconds / 60) + 1));
  const { halted } = behind;
  return {
    rows: [
      atMost(`${title}: its orders at the venue`, '', behind.orders, ORDERS_PER_MINUTE * minutes, 'orders', 0),
      atMost(`${title}: the strategy is halted`, '', halted?.afterMs ?? Infinity, HALTED_WITHIN_MS, 'ms', 0),
      atMost(`${title}: p95 of the others`, '', (p95(flood) / p95(calm)) * 100, 120, '% of that in calm', 0),
      atMost('by HTTP with its key’s limit: accepted', '', through.accepted, allowed, 'signals', 0),
      atMost('by HTTP: p95 of the others', '', (p95(http) / p95(calm)) * 100, 120, '% of that in calm', 0),
      none('signals of the others', { lost: calm.missing + flood.missing + http.missing }),
    ],
    details: {
      'others to the venue, p95 ms': { calm: p95(calm), flood: p95(flood), http: p95(http) },
      'the strategy': {
        ...{
          halted: halted?.reason ?? 'never',
          orders: behind.orders,
          'most orders in a second': behind.mostInASecond,
        },
        'worked off after the flood, ms': Math.round(behind.drainMs),
      },
      'by HTTP': { sent: through.sent, accepted: through.accepted, 'answered 429': through.throttled },
    },
  };
}
