import { join } from 'node:path';
import { type BenchOptions, type Findings, main } from './harness/bench.ts';
import { mustRun } from './harness/command.ts';
import { stackConditions } from './harness/conditions.ts';
import { repeat, secondsRow, timed } from './harness/repeat.ts';
import { repository } from './harness/stack.ts';

const RUNS = 5;
const BOUND_SECONDS = 4;

async function run(options: BenchOptions): Promise<Findings> {
  const conditions = await stackConditions(options.rehearsal);
  const program = join(repository, 'infra', 'src', 'engine.ts');
  const words = ['preview', '-s', 'local', ...(options.rehearsal ? [] : ['--expect-no-changes'])];
  const times = await repeat(RUNS, () =>
    timed(() => mustRun(process.execPath, [program, ...words], { cwd: repository })),
  );
  return { conditions, rows: [secondsRow('`pulumi preview -s local`, no changes', times, BOUND_SECONDS)] };
}

await main({ name: 'preview', question: 'How long does a preview without changes take?', run });
