import { join } from 'node:path';
import { z } from 'zod';
import { main, say } from '../bench/harness/bench.ts';
import { run } from '../bench/harness/command.ts';
import { none } from '../bench/harness/result.ts';
import { repository } from '../bench/harness/stack.ts';

/** As infra/rehearsal/torture/removal.ts tells it. */
const told = z.object({
  resources: z.int(),
  verdicts: z
    .array(
      z.object({
        environment: z.string(),
        resource: z.string(),
        broken: z.array(z.object({ behaviour: z.string() })),
      }),
    )
    .min(1),
  neverBroken: z.array(z.string()),
});
type Verdict = z.infer<typeof told>['verdicts'][number];

const script = join(repository, 'infra', 'rehearsal', 'torture', 'removal.ts');
/** Of a short run. */
const SAMPLE = 20;

function countBy(verdicts: readonly Verdict[], name: (one: Verdict) => string | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const verdict of verdicts) {
    const key = name(verdict);
    if (key !== undefined) counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** `npm run torture:removal -- --seed N [--short]`. Needs no stack and no engine: it runs the program itself. */
await main({
  name: 'torture-removal',
  command: 'npm run torture:removal',
  question: 'Each resource deleted from the program in turn: does somebody miss it?',
  run: async ({ seed, short }) => {
    const words = ['--seed', String(seed), '--json', ...(short ? ['--sample', String(SAMPLE)] : [])];
    const { stdout, stderr } = await run(process.execPath, [script, ...words], {
      // Its result is one long line, which comes in pieces.
      onLine: (line) => /^[✔✘]/.test(line) && say(line),
    });
    if (stdout === '') throw new Error(stderr.trim().split('\n').slice(-5).join('\n'));
    const { resources, verdicts, neverBroken } = told.parse(JSON.parse(stdout));
    const missed = verdicts.filter(({ broken }) => broken.length > 0);
    return {
      conditions: {
        'resources of all environments': resources,
        removed: short ? `a sample of ${verdicts.length}` : 'each of them, one at a time',
        'missed by': 'what people, services and operators do at the vendors; no snapshot of the plan',
      },
      rows: [
        {
          what: 'resources whose removal breaks a named behaviour',
          must: '100 %',
          measured: `${missed.length} of ${verdicts.length}`,
          met: missed.length === verdicts.length && (short || verdicts.length === resources),
        },
        // A sample cannot say it.
        ...(short
          ? []
          : [none('behaviours that no removal breaks, and so assert nothing', { behaviours: neverBroken.length })]),
      ],
      details: {
        'by environment': countBy(verdicts, ({ environment }) => environment),
        'first behaviour that breaks': countBy(verdicts, ({ broken: [first] }) => first?.behaviour),
      },
    };
  },
});
