import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../../bench/harness/bench.ts';
import { databaseNow } from '../../bench/harness/books.ts';
import { atLeast, atMost, type ResultRow } from '../../bench/harness/result.ts';
import type { BenchTeam } from '../../bench/harness/teams.ts';
import { booksAfter, openWork } from '../harness/books.ts';
import { Database } from '../harness/database.ts';
import type { DeliveryLine } from '../harness/deliver.ts';
import { Journal, runFolder } from '../harness/journal.ts';
import { readyTeams } from '../harness/scene.ts';
import { venueFills, venueOrders, VenueWitness } from '../harness/venue.ts';
import { rowsOf, weigh, type Wrongs } from '../harness/verdict.ts';
import { Killer, type KillLine } from './killer.ts';
import { planStorm } from './plan.ts';
import { sendAll } from './send-all.ts';

export interface KillStorm {
  readonly seed: number;
  readonly signals: number;
  readonly kills: number;
  readonly freezeMs: readonly [least: number, most: number];
}

export interface StormFindings {
  readonly rows: readonly ResultRow[];
  readonly details: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
}

const TEAMS = 4;
/** The mean of the pauses between two kills. */
const KILL_EVERY_MS = 1_750;
const EMPTY_WITHIN_MS = 30_000;
/** So long the run waits for the books before it judges them as they are. */
const SETTLED_WITHIN_MS = 120_000;

/** Signals come in while everything that runs dies again and again; then three witnesses are compared. */
export async function tortureKillStorm(storm: KillStorm): Promise<StormFindings> {
  const { seed, signals, kills } = storm;
  const folder = runFolder('kill-storm', seed);
  const sent = new Journal<DeliveryLine>(folder, 'sender');
  const struck = new Journal<KillLine>(folder, 'killer');
  const [teams, since] = [await teamsOfStorm(), await databaseNow()];
  const witnesses = teams.map(({ accountId }) => new VenueWitness(accountId));
  const load = { seed, signals, teams: TEAMS, overMs: kills * KILL_EVERY_MS, prefix: `storm-${seed}-${Date.now()}` };
  let sending = true;
  const [{ kills: killed, lastAt }] = await Promise.all([
    new Killer(storm, struck).run(() => !sending),
    sendAll(planStorm(load), teams, sent).finally(() => {
      sending = false;
    }),
  ]);
  const emptyMs = await untilEmpty(teams, lastAt);
  const venue = (await Promise.all(witnesses.map((witness) => witness.lines()))).flat();
  const evidence = {
    ...{ deliveries: sent.lines(), venueOrders: venueOrders(venue), venueFills: venueFills(venue) },
    books: await booksAfter(teams, since),
  };
  const wrongs = weigh(evidence);
  new Journal<{ wrongs: Wrongs; emptyMs: number }>(folder, 'checker').append({ wrongs, emptyMs });
  say(`  logs of sender, killer and checker: ${folder}`);
  const title = `${signals} signals, ${killed} kills`;
  return {
    rows: [
      ...rowsOf(title, wrongs, evidence.books),
      atLeast('processes killed', killed, kills, 'kills'),
      atMost(`${title}: queue empty after the last kill`, '', emptyMs, EMPTY_WITHIN_MS, 'ms', 0),
    ],
    details: { ...tally(evidence.deliveries, struck.lines()), 'at the venue': sizes(evidence) },
  };
}

/** The connection is closed before anything is killed. */
async function teamsOfStorm(): Promise<readonly BenchTeam[]> {
  const database = await Database.connect();
  try {
    return await readyTeams(database, TEAMS);
  } finally {
    await database.end();
  }
}

/** Milliseconds from the last kill to a queue with nothing in it and no order whose fate is open; gives up in the end. */
async function untilEmpty(teams: readonly BenchTeam[], lastAt: number): Promise<number> {
  let emptyMs: number | undefined;
  for (;;) {
    const open = await openWork(teams);
    const tookMs = Date.now() - lastAt;
    if (open?.messages === 0) emptyMs ??= tookMs;
    if ((open?.messages === 0 && open.orders === 0) || tookMs > SETTLED_WITHIN_MS) return emptyMs ?? tookMs;
    await sleep(50);
  }
}

function tally(
  deliveries: readonly DeliveryLine[],
  struck: readonly KillLine[],
): Record<string, Record<string, number>> {
  const count = <T>(some: readonly T[], by: (one: T) => string): Record<string, number> =>
    Object.fromEntries([...Map.groupBy(some, by)].map(([name, those]) => [name, those.length]));
  return {
    'answers to the deliveries': count(deliveries, ({ status }) => String(status ?? 'none')),
    killed: count(
      struck.filter(({ act }) => act === 'kill'),
      ({ instance }) => instance,
    ),
    'worse than killed': count(
      struck.filter(({ act }) => act === 'freeze' || act === 'wipe'),
      ({ act, instance }) => `${act} ${instance}`,
    ),
  };
}

function sizes({ venueOrders: orders, venueFills: fills, books }: Parameters<typeof weigh>[0]): Record<string, number> {
  const endings = Map.groupBy([...books.endings.values()].flat(), (event) => event);
  return {
    ...{ orders: orders.length, fills: fills.length, 'fills booked': books.fills.length },
    ...Object.fromEntries([...endings].map(([event, those]) => [event, those.length])),
  };
}
