import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchOptions, type Findings, main, say } from './harness/bench.ts';
import { bookCounts } from './harness/books.ts';
import { stackConditions } from './harness/conditions.ts';
import { runK6 } from './harness/k6.ts';
import { atMost, type ResultRow } from './harness/result.ts';
import { processes, thenRepaired, withServiceEnv } from './harness/stack.ts';
import { type BenchTeam, benchTeams } from './harness/teams.ts';
import { countRow, countTable, markNow, seenSince } from './harness/witnesses.ts';

const RATE = 100;
const KILLS = 4;
/** Between kills; the killed worker is back and warm by then. */
const EVERY_MS = 5_000;
const FIRST_AFTER_MS = 9_000;

const ways = [
  { name: 'by lease alone (WORKER_LIVENESS=off)', entries: ['worker:WORKER_LIVENESS=off'], boundMs: 3_000 },
  { name: 'with liveness', entries: [], boundMs: 500 },
] as const;

/** Kills one worker after the other, the first one being the one that has run longest; returns what was in flight. */
async function killWorkers(team: BenchTeam, times: number): Promise<number[]> {
  const inFlight: number[] = [];
  await sleep(FIRST_AFTER_MS);
  for (let turn = 0; turn < times; turn += 1) {
    const workers = (await processes()).filter(({ name }) => name === 'worker');
    const victim = workers[turn % workers.length];
    if (!victim?.pid) throw new Error('no worker runs that could be killed');
    const { waiting } = await bookCounts([team.teamId], new Date());
    process.kill(victim.pid, 'SIGKILL');
    inFlight.push(waiting);
    say(`  kill -9 ${victim.instance}, ${waiting} signals in flight`);
    await sleep(EVERY_MS);
  }
  return inFlight;
}

interface Measured {
  readonly rows: readonly ResultRow[];
  readonly details: Record<string, number | string>;
}

async function measure(way: (typeof ways)[number], options: BenchOptions): Promise<Measured> {
  say(`${way.name}: ${RATE} a second, ${KILLS} kills`);
  const teams = await benchTeams(1);
  const mark = await markNow();
  const seconds = options.seconds ?? Math.ceil((FIRST_AFTER_MS + KILLS * EVERY_MS) / 1_000) - 4;
  const load = { scenario: 'pipeline', ratePerSecond: RATE, seconds, warmUpSeconds: 2, seed: options.seed } as const;
  const kills = Math.max(1, Math.min(KILLS, Math.floor(seconds / (EVERY_MS / 1_000))));
  const [k6, inFlight] = await Promise.all([runK6({ ...load, teams }), killWorkers(teams[0]!, kills)]);
  const seen = await seenSince(mark, teams);
  const spread = ['med', 'p(95)', 'p(99)', 'max']
    .map((name) => k6.value('signal_frame_ms', name).toFixed(0))
    .join(' / ');
  return {
    rows: [
      atMost(
        `kill -9 of a worker, ${way.name}`,
        'slowest signal',
        k6.value('signal_frame_ms', 'max'),
        way.boundMs,
        'ms',
        0,
      ),
      countRow(`kill -9 of a worker, ${way.name}`, k6, seen),
    ],
    details: {
      'in flight at the kills': inFlight.join(' '),
      'frame p50/95/99/max ms': spread,
      ...countTable(k6, seen),
    },
  };
}

async function run(options: BenchOptions): Promise<Findings> {
  const conditions = await stackConditions(options.rehearsal);
  const found = new Map<string, Measured>();
  for (const way of ways) {
    const work = () => measure(way, options);
    found.set(way.name, await (way.entries.length === 0 ? thenRepaired(work) : withServiceEnv(way.entries, work)));
  }
  return {
    conditions: { ...conditions, 'but for': 'WORKER_LIVENESS=off where it says so' },
    rows: [...found.values()].flatMap(({ rows }) => rows),
    details: Object.fromEntries([...found].map(([name, { details }]) => [name, details])),
  };
}

await main({
  name: 'failover',
  question: 'A worker is killed at 100 signals a second: how long does the slowest signal take?',
  run,
});
