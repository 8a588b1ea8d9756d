import { type BenchOptions, type Findings, main, say } from './harness/bench.ts';
import { stackConditions } from './harness/conditions.ts';
import { busyPercent, cpuOfTree, type CpuSnapshot, cpuSnapshot } from './harness/cpu.ts';
import { runK6 } from './harness/k6.ts';
import { atMost, type BenchResult, none, type ResultRow } from './harness/result.ts';
import { addressOf, processes } from './harness/stack.ts';
import { type BenchTeam, benchTeams } from './harness/teams.ts';
import { countRow, countTable, markNow, seenSince } from './harness/witnesses.ts';

const RATE = 100;
const SECONDS = 60;
const WARM_UP_SECONDS = 5;
const TEAMS = 20;

/** How the simulated venue behaves in a run. */
interface Venue {
  readonly name: string;
  /** What is told to its control interface; nothing for its defaults. */
  readonly faults: object | undefined;
  readonly frameMs: number;
}

const venues: readonly Venue[] = [
  {
    name: 'simulator at 0 ms, no partial fills',
    faults: { latency_ms: { min: 0, max: 0 }, partial_fill_percent: 0 },
    frameMs: 40,
  },
  { name: 'simulator at its defaults', faults: undefined, frameMs: 80 },
];

async function setVenue(faults: object | undefined): Promise<void> {
  const venue = await addressOf('paper-broker');
  const path = faults ? '/v1/control' : '/v1/control/reset';
  const body = faults ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(faults) } : {};
  const answer = await fetch(`${venue}${path}`, { method: 'POST', ...body });
  if (!answer.ok) throw new Error(`the venue refused ${path}: ${answer.status} ${await answer.text()}`);
}

/** CPU milliseconds per signal by process, and what others used meanwhile. */
async function cpuTable(before: CpuSnapshot, after: CpuSnapshot, signals: number): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  let used = 0;
  for (const { instance, pid } of await processes()) {
    const ms = pid === null ? 0 : cpuOfTree(before, after, pid);
    used += ms;
    found[`${instance} ms`] = Math.round((ms / signals) * 100) / 100;
  }
  const generator = cpuOfTree(before, after, process.pid);
  found['platform ms'] = Math.round((used / signals) * 100) / 100;
  found['k6 and harness ms'] = Math.round((generator / signals) * 100) / 100;
  const busy = busyPercent(before, after);
  const foreign = busy - ((used + generator) / (after.at - before.at)) * 100;
  found['machine busy, % of a core'] = Math.round(busy);
  found['others, % of a core'] = Math.max(0, Math.round(foreign));
  return found;
}

interface Measured {
  readonly rows: readonly ResultRow[];
  readonly details: BenchResult['details'];
}

async function measure(venue: Venue, teams: readonly BenchTeam[], options: BenchOptions): Promise<Measured> {
  const title = `${teams.length === 1 ? 'one team' : `${teams.length} teams`}, ${venue.name}`;
  const seconds = options.seconds ?? SECONDS;
  say(`${title}: ${RATE} a second for ${seconds} s`);
  const [mark, before] = [await markNow(), cpuSnapshot()];
  const load = { scenario: 'pipeline', ratePerSecond: RATE, seconds, warmUpSeconds: WARM_UP_SECONDS } as const;
  const k6 = await runK6({ ...load, teams, seed: options.seed });
  const after = cpuSnapshot();
  const seen = await seenSince(mark, teams);
  const sent = k6.value('signals_sent', 'count');
  const planned = RATE * (seconds + WARM_UP_SECONDS);
  if (sent !== planned)
    throw new Error(`k6 sent ${sent} of ${planned} signals: the load was not what it should be\n${k6.complaints}`);
  if (venue.faults === undefined && seen.venue.fills === seen.venue.orders) throw new Error('no order filled in parts');
  const failed = sent - k6.value('signals_accepted', 'count');
  const rows = [
    atMost(`webhook accepted, ${title}`, 'p95', k6.value('webhook_accepted_ms', 'p(95)'), 10, 'ms'),
    none(`webhook accepted, ${title}`, { failed }),
    atMost(`webhook → filled → frame, ${title}`, 'p95', k6.value('signal_frame_ms', 'p(95)'), venue.frameMs, 'ms'),
    countRow(title, k6, seen),
  ];
  const spread = (metric: string) =>
    ['med', 'p(95)', 'p(99)', 'max'].map((name) => k6.value(metric, name).toFixed(1)).join(' / ');
  const latency = {
    'accepted p50/95/99/max ms': spread('webhook_accepted_ms'),
    'frame p50/95/99/max ms': spread('signal_frame_ms'),
    'generator lag p95 ms': Math.round(k6.value('generator_lag_ms', 'p(95)') * 10) / 10,
  };
  return {
    rows,
    details: { [title]: { ...latency, ...countTable(k6, seen), ...(await cpuTable(before, after, sent)) } },
  };
}

async function run(options: BenchOptions): Promise<Findings> {
  const conditions = await stackConditions(options.rehearsal);
  const teams = await benchTeams(TEAMS);
  const measured: Measured[] = [];
  try {
    for (const venue of venues) {
      await setVenue(venue.faults);
      for (const count of [1, TEAMS]) measured.push(await measure(venue, teams.slice(0, count), options));
    }
  } finally {
    await setVenue(undefined);
  }
  return {
    conditions: {
      ...conditions,
      load: `${RATE} signals a second, open loop, ${WARM_UP_SECONDS} s of warm-up not in the percentiles`,
    },
    rows: measured.flatMap(({ rows }) => rows),
    details: Object.assign({}, ...measured.map(({ details }) => details)) as BenchResult['details'],
  };
}

await main({
  name: 'flow',
  question: 'How long from a webhook to its answer, and to the frame of its fill, at 100 a second?',
  run,
});
