import { type BenchOptions, type Findings, main, say } from './harness/bench.ts';
import { arrivalTimes, growthOf, spreadOf } from './harness/arrivals.ts';
import { type Backlog, bookCounts, untilEmpty, watchBacklog } from './harness/books.ts';
import { stackConditions } from './harness/conditions.ts';
import { busyPercent, cpuOfTree, type CpuSnapshot, cpuSnapshot } from './harness/cpu.ts';
import { type K6Run, runK6 } from './harness/k6.ts';
import { percentile } from './harness/percentile.ts';
import { atMost, type BenchResult, none, type ResultRow } from './harness/result.ts';
import { addressOf, processes } from './harness/stack.ts';
import { type BenchTeam, benchTeams } from './harness/teams.ts';
import { countRow, countTable, endRow, markNow, type Seen, seenSince } from './harness/witnesses.ts';

const SECONDS = 60;
/** For what a load left behind that was more than the machine can do: it ends, or expires, before the next one begins. */
const EMPTY_WITHIN_SECONDS = 240;
const WARM_UP_SECONDS = 5;
const TEAMS = 20;

/** How the simulated venue behaves in a run. */
interface Venue {
  readonly name: string;
  /** What is told to its control interface; nothing for its defaults. */
  readonly faults: object | undefined;
  readonly frameMs: number;
}

const atOnce: Venue = {
  name: 'simulator at 0 ms, no partial fills',
  faults: { latency_ms: { min: 0, max: 0 }, partial_fill_percent: 0 },
  frameMs: 40,
};
const asUsual: Venue = { name: 'simulator at its defaults', faults: undefined, frameMs: 80 };

/** A load, and which of the numbers it must reach besides that nothing is lost or doubled. */
interface Load {
  readonly rate: number;
  readonly venue: Venue;
  /** What the witnesses must agree on: that all was filled while the stream was heard, or that all came to one end. */
  readonly countOf: typeof countRow;
  readonly rowsOf: (title: string, run: Run) => readonly ResultRow[];
}

const WEBHOOK_MS = 10;
const ARRIVAL_MS = 25;
const CPU_MS = 8;
/** Of the rate: what a straight line through sixty looks at a level that swings may rise by chance. */
const GROWTH = 0.01;

const loads: readonly Load[] = [
  { rate: 100, venue: atOnce, countOf: countRow, rowsOf: latencyRows },
  { rate: 100, venue: asUsual, countOf: countRow, rowsOf: latencyRows },
  {
    rate: 200,
    venue: atOnce,
    countOf: endRow,
    rowsOf: (title, run) => [...arrivalRows(title, run), ...frameRows(title, run), cpuRow(title, run)],
  },
  { rate: 300, venue: atOnce, countOf: endRow, rowsOf: (title, run) => [backlogRow(title, run)] },
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

/** What a load did, as all witnesses saw it. */
interface Run {
  readonly load: Load;
  readonly k6: K6Run;
  /** Receipt to order at the venue, milliseconds. */
  readonly arrivals: readonly number[];
  readonly backlog: readonly Backlog[];
  readonly cpu: Readonly<Record<string, number>>;
}

function latencyRows(title: string, { k6, load }: Run): readonly ResultRow[] {
  const accepted = k6.value('webhook_accepted_ms', 'p(95)');
  const failed = k6.value('signals_sent', 'count') - k6.value('signals_accepted', 'count');
  return [
    atMost(`webhook accepted, ${title}`, 'p95', accepted, WEBHOOK_MS, 'ms'),
    none(`webhook accepted, ${title}`, { failed }),
    atMost(`webhook → filled → frame, ${title}`, 'p95', k6.value('signal_frame_ms', 'p(95)'), load.venue.frameMs, 'ms'),
  ];
}

function arrivalRows(title: string, { arrivals }: Run): readonly ResultRow[] {
  return [
    atMost(`accepted → order at the venue by its log, ${title}`, 'p95', percentile(arrivals, 95), ARRIVAL_MS, 'ms'),
  ];
}

function frameRows(title: string, { k6, load }: Run): readonly ResultRow[] {
  return [
    atMost(
      `accepted → terminal frame, ${title}`,
      'p95',
      k6.value('signal_frame_ms', 'p(95)'),
      load.venue.frameMs,
      'ms',
    ),
  ];
}

function cpuRow(title: string, { cpu }: Run): ResultRow {
  return atMost(`CPU of a signal, all processes, ${title}`, '', cpu['platform ms']!, CPU_MS, 'ms', 2);
}

function backlogRow(title: string, { backlog, load }: Run): ResultRow {
  const bound = load.rate * GROWTH;
  return atMost(`growth of the backlog, ${title}`, '', growthOf(backlog), bound, 'messages/s', 2);
}

interface Measured {
  readonly rows: readonly ResultRow[];
  readonly details: BenchResult['details'];
}

async function measure(load: Load, teams: readonly BenchTeam[], options: BenchOptions): Promise<Measured> {
  const { rate, venue } = load;
  // The rows of 100 a second are the objectives', and older than the other rates: they have no rate in their names.
  const who = teams.length === 1 ? 'one team' : `${teams.length} teams`;
  const title = `${rate === 100 ? '' : `${rate}/s, `}${who}, ${venue.name}`;
  const seconds = options.seconds ?? SECONDS;
  say(`${title}: ${rate} a second for ${seconds} s`);
  const [mark, before] = [await markNow(), cpuSnapshot()];
  const stopWatching = watchBacklog();
  const shape = { scenario: 'pipeline', ratePerSecond: rate, seconds, warmUpSeconds: WARM_UP_SECONDS } as const;
  const k6 = await runK6({ ...shape, teams, seed: options.seed });
  const after = cpuSnapshot();
  const watched = await stopWatching();
  // Only what came to its end was worked on wholly: under a load that is too much, that is less than was accepted.
  const { endedOnce } = await bookCounts(
    teams.map(({ teamId }) => teamId),
    mark.since,
  );
  const emptied = await untilEmpty(EMPTY_WITHIN_SECONDS);
  if (!emptied.empty) throw new Error(`messages still wait ${EMPTY_WITHIN_SECONDS} s after the load`);
  const seen = await seenSince(mark, teams);
  const sent = k6.value('signals_sent', 'count');
  const planned = rate * (seconds + WARM_UP_SECONDS);
  if (sent !== planned)
    throw new Error(`k6 sent ${sent} of ${planned} signals: the load was not what it should be\n${k6.complaints}`);
  if (venue.faults === undefined && seen.venue.fills === seen.venue.orders) throw new Error('no order filled in parts');
  const arrivals = await arrivalTimes(mark, teams, WARM_UP_SECONDS);
  const backlog = watched.filter((look) => look.seconds > WARM_UP_SECONDS && look.seconds < WARM_UP_SECONDS + seconds);
  const cpu = await cpuTable(before, after, endedOnce);
  const rows = [...load.rowsOf(title, { load, k6, arrivals, backlog, cpu }), load.countOf(title, k6, seen)];
  const table = { ...latencyTable(k6, arrivals, backlog), ...endTable(seen, endedOnce, emptied.seconds), ...cpu };
  return { rows, details: { [title]: { ...countTable(k6, seen), ...table } } };
}

function endTable({ books }: Seen, endedMeanwhile: number, emptySeconds: number): Record<string, number> {
  return {
    'ended while k6 ran': endedMeanwhile,
    'filled in the end': books.filledOrders,
    'empty after, s': Math.round(emptySeconds * 10) / 10,
  };
}

function latencyTable(
  k6: K6Run,
  arrivals: readonly number[],
  backlog: readonly Backlog[],
): Record<string, string | number> {
  const spread = (metric: string) =>
    ['med', 'p(95)', 'p(99)', 'max'].map((name) => k6.value(metric, name).toFixed(1)).join(' / ');
  return {
    'accepted p50/95/99/max ms': spread('webhook_accepted_ms'),
    'at the venue p50/95/99/max ms': spreadOf(arrivals),
    'frame p50/95/99/max ms': spread('signal_frame_ms'),
    'generator lag p95 ms': Math.round(k6.value('generator_lag_ms', 'p(95)') * 10) / 10,
    'messages that waited, mean': Math.round(backlog.reduce((sum, { waiting }) => sum + waiting, 0) / backlog.length),
  };
}

async function run(options: BenchOptions): Promise<Findings> {
  const conditions = await stackConditions(options.rehearsal);
  const teams = await benchTeams(TEAMS);
  const measured: Measured[] = [];
  const wanted = loads.filter(({ rate }) => options.rate === undefined || rate === options.rate);
  if (wanted.length === 0)
    throw new Error(`--rate is one of ${[...new Set(loads.map(({ rate }) => rate))].join(', ')}`);
  try {
    for (const load of wanted) {
      await setVenue(load.venue.faults);
      for (const count of [1, TEAMS]) measured.push(await measure(load, teams.slice(0, count), options));
    }
  } finally {
    await setVenue(undefined);
  }
  return {
    conditions: {
      ...conditions,
      load: `100 signals a second unless said otherwise, open loop, ${WARM_UP_SECONDS} s of warm-up not in the percentiles`,
    },
    rows: measured.flatMap(({ rows }) => rows),
    details: Object.assign({}, ...measured.map(({ details }) => details)) as BenchResult['details'],
  };
}

await main({
  name: 'flow',
  question:
    'How long from a webhook to its answer, to the order at the venue and to the frame of its fill, and what does it cost?',
  run,
});
