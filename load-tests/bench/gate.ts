import { type BenchOptions, type Findings, main, say } from './harness/bench.ts';
import { stackConditions } from './harness/conditions.ts';
import { type K6Run, runK6 } from './harness/k6.ts';
import { withServiceEnv } from './harness/stack.ts';
import { benchTeams } from './harness/teams.ts';

const RUNS = 5;
const SECONDS = 8;
const WARM_UP_SECONDS = 3;
const RATE = 50;
/** Many, so that a delay under the lock of one team does not hold up all others. */
const TEAMS = 20;
/** A step that begins a commit, and milliseconds that bring every signal over its objective. */
const DELAY = 'route:100';
const CROSSED = 99;

async function once(options: BenchOptions): Promise<K6Run> {
  const teams = await benchTeams(TEAMS);
  const load = { scenario: 'pipeline', ratePerSecond: RATE, warmUpSeconds: WARM_UP_SECONDS } as const;
  return runK6({ ...load, seconds: options.seconds ?? SECONDS, teams, seed: options.seed });
}

function describe(run: K6Run): string {
  return `exit ${run.code}, frame p95 ${run.value('signal_frame_ms', 'p(95)').toFixed(1)} ms`;
}

/** The gate holds when it lets the platform through every time and a platform with one slow step not once. */
async function run(options: BenchOptions): Promise<Findings> {
  const conditions = await stackConditions(options.rehearsal);
  const runs: K6Run[] = [];
  for (let turn = 1; turn <= RUNS; turn += 1) {
    const found = await once(options);
    say(`without delay, run ${turn} of ${RUNS}: ${describe(found)}`);
    runs.push(found);
  }
  const delayed = await withServiceEnv([`worker:WORKER_STEP_DELAY=${DELAY}`], () => once(options));
  say(`with ${DELAY} ms: ${describe(delayed)}`);
  const passed = runs.filter(({ code }) => code === 0).length;
  return {
    conditions: { ...conditions, 'but for': `WORKER_STEP_DELAY=${DELAY} where it says so` },
    rows: [
      {
        what: 'load gate, without delay',
        must: `${RUNS} of ${RUNS} pass`,
        measured: `${passed} of ${RUNS}`,
        met: passed === RUNS,
      },
      {
        what: `load gate, ${DELAY.replace(':', ' + ')} ms`,
        must: `exit ${CROSSED}`,
        measured: describe(delayed),
        met: delayed.code === CROSSED,
      },
    ],
  };
}

await main({ name: 'gate', question: 'Does the load gate notice one slow step, and only that?', run });
