import { join } from 'node:path';
import { z } from 'zod';
import { main, say } from '../bench/harness/bench.ts';
import { run } from '../bench/harness/command.ts';
import { none } from '../bench/harness/result.ts';
import { repository } from '../bench/harness/stack.ts';

/** As infra/rehearsal/torture/up-faults.ts tells it. */
const told = z.object({
  environment: z.string(),
  code: z.object({ tree: z.string() }),
  calls: z.int(),
  rounds: z.int(),
  allRounds: z.int(),
  moreRounds: z.int(),
  cases: z.int(),
  pairs: z.int(),
  allPairs: z.int(),
  runs: z.int(),
  adopted: z.int(),
  checked: z.int(),
  failed: z.int(),
  problems: z.array(z.string()),
  byKind: z.record(z.string(), z.int()),
  byVendor: z.record(z.string(), z.int()),
  seconds: z.int(),
});

const script = join(repository, 'infra', 'rehearsal', 'torture', 'up-faults.ts');

/** `npm run torture:up-faults -- --seed N [--resume] [--short]`. Needs no stack: the vendors are this machine's. */
await main({
  name: 'torture-up-faults',
  command: 'npm run torture:up-faults',
  question: 'Every change that `up` asks a vendor for, disturbed: does the next `up` make exactly what was wanted?',
  run: async ({ seed, short, resume }) => {
    const words = ['--env', 'dev', '--seed', String(seed), '--json', ...(resume ? ['--resume'] : [])];
    const { code, stdout, stderr } = await run(
      process.execPath,
      [script, ...words, ...(short ? ['--round', '1'] : [])],
      {
        onLine: (line) => line.startsWith('{') || say(line),
      },
    );
    if (code === 2) throw new Error(stderr.trim().split('\n').slice(-5).join('\n'));
    const result = told.parse(JSON.parse(stdout));
    const count = (word: string): number => result.problems.filter((problem) => problem.includes(word)).length;
    return {
      conditions: {
        environment: `${result.environment}, at this machine's vendors, with the real engine and the code of keelson up`,
        'changes that up asks for': result.calls,
        'rounds (each change disturbed once in each)': `${result.rounds} of ${result.allRounds}`,
        'further rounds, for what another disturbance had made needless': result.moreRounds,
        'runs of up': result.runs,
        'adopted from official providers': result.adopted,
        'seconds of all rounds': result.seconds,
        'infra/ as of tree': result.code.tree,
      },
      rows: [
        {
          what: 'disturbances after which up again converges',
          must: '100 %',
          measured: `${result.cases - result.failed} of ${result.cases}`,
          met: result.failed === 0 && result.cases > 0,
        },
        {
          what: 'each change with each disturbance that it can have',
          must: '100 %',
          measured: `${result.pairs} of ${result.allPairs}`,
          met: result.pairs === result.allPairs,
        },
        none("by natural key, in the vendors' own books", {
          duplicates: count('too much') + count('twice'),
          orphans: count('orphan'),
          missing: count('missing'),
        }),
        none(`what a vendor's schema forbids, in ${result.checked} requests`, { violations: count('forbidden') }),
      ],
      details: { 'by kind': result.byKind, 'by vendor': result.byVendor },
    };
  },
});
