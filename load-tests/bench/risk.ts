import { z } from 'zod';
import { type BenchOptions, type Findings, main, say } from './harness/bench.ts';
import { mustRun } from './harness/command.ts';
import { atLeast, atMost, none, type ResultRow } from './harness/result.ts';
import { repository } from './harness/stack.ts';

const SECONDS = 30;
/** In flight on the one account: what a worker has by default. */
const IN_FLIGHT = 16;
/** A little above what must be reached, so that reaching it is not a question of rounding. */
const OFFERED_PER_SECOND = 1_020;

/** What the load of the risk library prints: percentiles 50, 95, 99 and 100. */
const spread = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const measured = z.strictObject({
  perSecond: z.number(),
  milliseconds: spread,
  /** Decisions that another approval made fall, and that were made anew. */
  fell: z.int(),
  /** CPU of one decision. */
  cpuMilliseconds: z.strictObject({ decider: z.number(), postgres: z.number() }),
  cachedMilliseconds: spread,
  cachedHits: z.number(),
  approved: z.int(),
  denied: z.int(),
  reservedBeyond: z.string(),
  conditions: z.string(),
});
type Measured = z.infer<typeof measured>;

async function load(words: readonly string[], options: BenchOptions): Promise<Measured> {
  say(`deciding: ${words.join(' ')}`);
  const file = 'libs/trading/risk/test/bench/main.ts';
  const seconds = ['--seconds', String(options.seconds ?? SECONDS)];
  const found = measured.parse(
    JSON.parse(await mustRun(process.execPath, [file, ...words, ...seconds], { cwd: repository })),
  );
  if (!/^fsync on, synchronous_commit on$/.test(found.conditions)) {
    throw new Error(`Postgres ran with ${found.conditions}: nothing is durable, so nothing is measured`);
  }
  return found;
}

/** A load whose approvals and reservations do not match has measured something else. */
function sound(title: string, { denied, reservedBeyond }: Measured): ResultRow {
  return none(`${title}: approvals and their reservations`, { denied, 'reserved beyond': Number(reservedBeyond) });
}

function detailsOf({ perSecond, milliseconds, fell, approved, cachedMilliseconds, cpuMilliseconds: cpu }: Measured) {
  const shown = (all: Measured['milliseconds']) => all.map((one) => one.toFixed(one < 1 ? 4 : 1)).join(' / ');
  return {
    'decisions a second': Math.round(perSecond),
    'p50/95/99/max ms': shown(milliseconds),
    'CPU ms of a decision': `${cpu.decider.toFixed(2)} in the deciding process, ${cpu.postgres.toFixed(2)} in Postgres`,
    'made anew': fell,
    approved,
    'look into the decision cache, p50/95/99/max ms': shown(cachedMilliseconds),
  };
}

/**
 * Verdicts alone, each in a commit of its own on a Postgres of their own that keeps what it commits: every check with a
 * limit to compare with, the verdict with all numbers written, exposure reserved.
 */
async function run(options: BenchOptions): Promise<Findings> {
  const one = await load(['--accounts', '1', '--strategies', '40', '--in-flight', String(IN_FLIGHT)], options);
  const many = await load(['--accounts', '1000', '--rate', String(OFFERED_PER_SECOND)], options);
  const [hot, wide] = ['25 checks and a reservation, one account and limit', 'the same on 1,000 accounts'];
  return {
    conditions: {
      postgres: one.conditions,
      role: 'keelson_app under forced row-level security',
      load: `${IN_FLIGHT} in flight on one account; ${OFFERED_PER_SECOND} a second by the clock on 1,000, timed from when each was due`,
    },
    rows: [
      atLeast(hot, one.perSecond, 300, 'decisions/s'),
      sound(hot, one),
      atLeast(wide, many.perSecond, 1_000, 'decisions/s'),
      atMost(wide, 'p99', many.milliseconds[2], 5, 'ms'),
      sound(wide, many),
      atMost('a decision made ahead, looked up on the order path', 'p99', many.cachedMilliseconds[2], 1, 'ms', 4),
      atLeast('of these look-ups, found', many.cachedHits * 100, 100, '%'),
    ],
    details: { [hot]: detailsOf(one), [wide]: detailsOf(many) },
  };
}

await main({ name: 'risk', question: 'How many signals can be decided, and how long does a verdict take?', run });
