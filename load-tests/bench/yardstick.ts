import { toVenue } from '../torture/harness/venue.ts';
import { type BareCounts, BarePipeline, wrongsOf } from './bare/pipeline.ts';
import { type Round, type Side, Sides, totalOf, WARM_UP_SECONDS } from './bare/sides.ts';
import { type BenchOptions, type Findings, main } from './harness/bench.ts';
import { databaseConditions, stackConditions } from './harness/conditions.ts';
import { untilEmpty } from './harness/books.ts';
import { type K6Run, sumOf } from './harness/k6.ts';
import { emptyRedis, onDatabase, withOwnDatabase } from './harness/own-database.ts';
import { median } from './harness/percentile.ts';
import { none, type ResultRow, told } from './harness/result.ts';
import { addressOf, credentials } from './harness/stack.ts';
import { countTable, endRow, markNow, seenSince } from './harness/witnesses.ts';

const ROUNDS = 3;
const SECONDS = 7;
const TEAMS = 10;
/** For what a load left behind that was more than the machine can do. */
const EMPTY_WITHIN_SECONDS = 60;
/** Of a core: what others take is missing from both sides, but not from both alike. */
const OTHERS_PERCENT = 25;
const DATABASE = 'keelson_bench_bare';
/** Beside the stack's own database 0, and the peer's. */
const REDIS_DATABASE = 8;

/** Milliseconds. */
interface Then {
  readonly cpu: number;
  readonly accepted: number;
  readonly frame: number;
}

/**
 * What the throw-away code that set the numbers of the flow took on its machine, by signals a second: two cores as well,
 * Poisson arrivals in place of an even pace. Frame and CPU at 200 are with row-level security, all else is without.
 */
const thenTook: Readonly<Record<number, Then>> = {
  100: { cpu: 5.0, accepted: 3.5, frame: 11.4 },
  200: { cpu: 4.8, accepted: 4.1, frame: 17.3 },
};

type Measure = (round: Round) => number;
const latency =
  (metric: string, rank: string): Measure =>
  ({ k6 }) =>
    k6.value(metric, rank);

const measures: readonly { what: string; of: Measure; then: keyof Then; digits: number }[] = [
  { what: 'CPU of a signal, stores included', of: ({ cpu }) => totalOf(cpu), then: 'cpu', digits: 2 },
  { what: 'webhook accepted, p95', of: latency('webhook_accepted_ms', 'p(95)'), then: 'accepted', digits: 1 },
  { what: 'webhook → filled → frame, p95', of: latency('signal_frame_ms', 'p(95)'), then: 'frame', digits: 1 },
];

/** Median, least and most. */
function spread(values: readonly number[], digits: number): string {
  return `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`;
}

/** Ours over the bare code's, round by round: what the machine did meanwhile happened to both. */
function comparedRows(rate: number, ours: readonly Round[], bare: readonly Round[]): ResultRow[] {
  const then = thenTook[rate]!;
  const compared = measures.map(({ what, of, digits }) => {
    const [mine, its] = [ours.map(of), bare.map(of)];
    const ratios = mine.map((value, index) => value / its[index]!);
    const measured = `${spread(ratios, 2)} ×; ${spread(mine, digits)} against ${spread(its, digits)} ms`;
    return told(`${what}, ${rate}/s: ours against bare code`, measured);
  });
  const factors = measures.map(({ what, of, then: name, digits }) => {
    const here = median(bare.map(of));
    return `${(here / then[name]).toFixed(2)} × in ${what} (${here.toFixed(digits)} against ${then[name]} ms)`;
  });
  return [...compared, told(`bare code, ${rate}/s: here against where the numbers were set`, factors.join('; '))];
}

function detailsOf(rounds: readonly Round[]): Record<string, string> {
  const names = [...rounds[0]!.cpu.keys()];
  const byProcess = names.map((name) => [`${name} ms`, median(rounds.map(({ cpu }) => cpu.get(name) ?? 0)).toFixed(2)]);
  const ranks = (metric: string): string =>
    ['med', 'p(95)', 'p(99)'].map((rank) => median(rounds.map(latency(metric, rank))).toFixed(1)).join(' / ');
  return {
    'accepted p50/95/99 ms': ranks('webhook_accepted_ms'),
    'frame p50/95/99 ms': ranks('signal_frame_ms'),
    ...(Object.fromEntries(byProcess) as Record<string, string>),
    'others, % of a core': spread(
      rounds.map(({ others }) => others),
      1,
    ),
  };
}

/** A number of bare code that lost or doubled something would be worth nothing. */
function bareCountRow(counts: BareCounts, k6: K6Run): ResultRow {
  const { lost, doubled, ...others } = wrongsOf(counts, k6.value('signals_accepted', 'count'));
  const of = (name: string): number => k6.value(name, 'count');
  return none('bare code: by sender, stream, its broker and its tables', {
    lost: lost + of('signals_lost') + of('frames_missed'),
    doubled: doubled + of('signals_doubled'),
    ...others,
  });
}

const runsOf = ({ runs }: Side): K6Run => sumOf([...runs.values()].flat().map(({ k6 }) => k6));
/** Of a side that refuses, CPU of a signal would be that of signals it never carried. */
const refusedBy = (k6: K6Run): number => k6.value('signals_sent', 'count') - k6.value('signals_accepted', 'count');

async function compare(
  pipeline: BarePipeline,
  rates: readonly number[],
  { seconds = SECONDS, seed, rehearsal }: BenchOptions,
): Promise<Omit<Findings, 'conditions'>> {
  const sides = await Sides.of(pipeline);
  const { ours, bare, idle } = sides;
  const mark = await markNow();
  for (const rate of rates) {
    // A B A B …
    for (let turn = 0; turn < ROUNDS; turn += 1) {
      for (const side of [bare, ours]) await sides.round(side, { rate, seconds, seed });
      const { empty } = await untilEmpty(EMPTY_WITHIN_SECONDS);
      if (!empty) throw new Error(`messages still wait ${EMPTY_WITHIN_SECONDS} s after ${rate} a second`);
    }
  }
  const others = median([ours, bare].flatMap(({ runs }) => [...runs.values()].flat().map((round) => round.others)));
  if (others > OTHERS_PERCENT && !rehearsal)
    throw new Error(`others took ${others.toFixed(0)} % of a core meanwhile: wait until the machine is quiet`);
  const [counts, seen] = [await pipeline.counts(), await seenSince(mark, ours.teams)];
  const [bareRuns, ourRuns] = [runsOf(bare), runsOf(ours)];
  const medians = rates.flatMap((rate) =>
    [bare, ours].map(({ name, runs }) => [`${name}, ${rate}/s, median of ${ROUNDS}`, detailsOf(runs.get(rate)!)]),
  );
  return {
    rows: [
      ...rates.flatMap((rate) => comparedRows(rate, ours.runs.get(rate)!, bare.runs.get(rate)!)),
      endRow('ours', ourRuns, seen),
      bareCountRow(counts, bareRuns),
      none('signals refused', { 'by ours': refusedBy(ourRuns), 'by the bare code': refusedBy(bareRuns) }),
    ],
    details: {
      ...(Object.fromEntries(medians) as Record<string, Record<string, string>>),
      'counted of the bare code': { accepted: bareRuns.value('signals_accepted', 'count'), ...counts },
      'counted of ours': countTable(ourRuns, seen),
      'idle, % of a core': Object.fromEntries([...idle].map(([name, ms]) => [name, Math.round(ms) / 10])),
    },
  };
}

async function run(options: BenchOptions): Promise<Findings> {
  const known = Object.keys(thenTook).map(Number);
  const rates = known.filter((rate) => options.rate === undefined || rate === options.rate);
  if (rates.length === 0) throw new Error(`--rate is one of ${known.join(', ')}`);
  const conditions = await stackConditions(options.rehearsal);
  const secrets = credentials();
  const [venue, redisUrl] = [await addressOf('paper-broker'), onDatabase(secrets.redisUrl, String(REDIS_DATABASE))];
  return withOwnDatabase(secrets.databaseAdminUrl, DATABASE, async (adminUrl) => {
    await emptyRedis(redisUrl);
    const databaseUrl = onDatabase(secrets.databaseUrl, DATABASE);
    const pipeline = await BarePipeline.start({ adminUrl, databaseUrl, redisUrl }, TEAMS);
    try {
      await toVenue(venue, '/v1/control', { latency_ms: { min: 0, max: 0 }, partial_fill_percent: 0 });
      const its = await databaseConditions(databaseUrl, 'bare');
      return {
        conditions: {
          ...conditions,
          "the bare code's": its['tenant tables under forced rls'] ?? '',
          load: `open loop, ${TEAMS} teams, venues at 0 ms and without partial fills, ${ROUNDS} rounds of ${options.seconds ?? SECONDS} s each in turns, ${WARM_UP_SECONDS} s of warm-up in no number`,
        },
        ...(await compare(pipeline, rates, options)),
      };
    } finally {
      await toVenue(venue, '/v1/control/reset', {});
      await pipeline.stop();
      await emptyRedis(redisUrl);
    }
  });
}

await main({
  name: 'yardstick',
  question: 'What does ours cost beside bare code that only carries a signal, and how fast is this machine?',
  run,
});
