import { type BenchOptions, type Findings, main, say } from './harness/bench.ts';
import { mustRun } from './harness/command.ts';
import { databaseConditions } from './harness/conditions.ts';
import { repeat, secondsRow, timed } from './harness/repeat.ts';
import { keelson, repository } from './harness/stack.ts';

const RUNS = 3;
const BOUND_SECONDS = 15;

const npm = (verb: string): Promise<string> => mustRun('npm', [verb], { cwd: repository });

/** The command as a person types it, its first signal included, from a stack that is down. */
async function run(_: BenchOptions): Promise<Findings> {
  const times = await repeat(RUNS, async (turn) => {
    await npm('stop');
    const ms = await timed(() => npm('start'));
    await keelson(['status', '--expect-ready']);
    say(`start ${turn + 1} of ${RUNS}: ${(ms / 1_000).toFixed(1)} s`);
    return ms;
  });
  return {
    conditions: await databaseConditions(),
    rows: [
      secondsRow(
        '`npm start`, set-up done and stack down, to everything ready and a first signal',
        times,
        BOUND_SECONDS,
      ),
    ],
  };
}

await main({ name: 'start', question: 'How long does a warm `npm start` take?', run });
