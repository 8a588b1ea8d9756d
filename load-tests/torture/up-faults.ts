import { join } from 'node:path';
import { z } from 'zod';
import { main, say } from '../bench/harness/bench.ts';
import { run } from '../bench/harness/command.ts';
import { none } from '../bench/harness/result.ts';
import { repository } from '../bench/harness/stack.ts';

/** As infra/rehearsal/torture/up-faults.ts tells it. */
const told = z.object({
  environment: z.string(),
  calls: z.int(),
  disturbances: z.int(),
  rounds: z.int(),
  cases: z.int(),
  missed: z.int(),
  runs: z.int(),
  adopted: z.int(),
  failed: z.int(),
  problems: z.array(z.string()),
  byKind: z.record(z.string(), z.int()),
  byVendor: z.record(z.string(), z.int()),
});

const script = join(repository, 'infra', 'rehearsal', 'torture', 'up-faults.ts');
/** All rounds take hours; this many minutes of them are what a benchmark may take. */
const MINUTES = 20;

/** `npm run torture:up-faults -- --seed N [--short]`. Needs no stack: the vendors are this machine's. */
await main({
  name: 'torture-up-faults',
  command: 'npm run torture:up-faults',
  question: 'Every change that `up` asks a vendor for, disturbed: does the next `up` make exactly what was wanted?',
  run: async ({ seed, short }) => {
    const words = ['--env', 'dev', '--seed', String(seed), '--json', ...(short ? ['--rounds', '1'] : [])];
    const { code, stdout, stderr } = await run(process.execPath, [script, ...words, '--minutes', String(MINUTES)], {
      onLine: (line) => line.startsWith('{') || say(line),
    });
    if (code === 2) throw new Error(stderr.trim().split('\n').slice(-5).join('\n'));
    const result = told.parse(JSON.parse(stdout));
    const count = (word: string): number => result.problems.filter((problem) => problem.includes(word)).length;
    return {
      conditions: {
        environment: `${result.environment}, at this machine's vendors, with the real engine and the code of keelson up`,
        'changes that up asks for': result.calls,
        'rounds (each change disturbed once in each)': `${result.rounds} of ${result.disturbances}`,
        'runs of up': result.runs,
        'adopted from official providers': result.adopted,
      },
      rows: [
        {
          what: 'disturbances after which up again converges',
          must: '100 %, each change disturbed in each round',
          measured: `${result.cases - result.failed} of ${result.cases}, ${result.missed} changes not reached`,
          met: result.failed === 0 && result.missed === 0 && result.rounds > 0,
        },
        none("by natural key, in the vendors' own books", {
          duplicates: count('too much') + count('twice'),
          orphans: count('orphan'),
          missing: count('missing'),
        }),
      ],
      details: { 'by kind': result.byKind, 'by vendor': result.byVendor },
    };
  },
});
