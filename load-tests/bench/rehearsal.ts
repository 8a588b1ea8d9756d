import { join } from 'node:path';
import { z } from 'zod';
import { type BenchOptions, type Findings, main, say } from './harness/bench.ts';
import { run } from './harness/command.ts';
import { secondsRow } from './harness/repeat.ts';
import { atMost, none, type ResultRow } from './harness/result.ts';
import { repository } from './harness/stack.ts';

const PREVIEWS = 5;
const PREVIEW_BOUND_SECONDS = 6;
const REHEARSAL_BOUND_SECONDS = 120;

/** As infra/rehearsal/rehearse.ts tells it. */
const rehearsed = z.object({
  seconds: z.number(),
  steps: z.array(z.object({ name: z.string(), seconds: z.number(), writes: z.int() })).min(1),
  schemas: z.array(
    z.object({ vendor: z.string(), oracle: z.string().optional(), checked: z.int(), violations: z.int() }),
  ),
  secrets: z.object({ known: z.int(), files: z.int(), leaks: z.array(z.unknown()) }),
});

/** As infra/rehearsal/preview.ts tells it: seconds by stack. */
const previewed = z.record(z.string(), z.array(z.number()).min(1));

async function tell(script: string, ...words: string[]): Promise<unknown> {
  const file = join(repository, 'infra', 'rehearsal', script);
  const onLine = (line: string): void => void (line.startsWith('{') || say(`  ${line}`));
  // It ends with 1 as well when it finds what must not be, and tells of it.
  const { stdout, stderr } = await run(process.execPath, [file, ...words], { cwd: repository, onLine });
  if (stdout.trim() === '')
    throw new Error(`${script} found nothing out: ${stderr.trim().split('\n').slice(-15).join('\n')}`);
  return JSON.parse(stdout) as unknown;
}

/** A vendor whose schema is absent was held against nothing, and misses. */
function schemaRow({ vendor, oracle, checked, violations }: z.infer<typeof rehearsed>['schemas'][number]): ResultRow {
  return {
    what: `requests to ${vendor} that its own schema does not allow`,
    must: '0 of more than 0',
    measured: `${violations} of ${checked}, by ${oracle ?? 'nothing: the schema is absent'}`,
    met: violations === 0 && checked > 0,
  };
}

async function measure({ short }: BenchOptions): Promise<Findings> {
  const stacks = previewed.parse(await tell('preview.ts', '--runs', String(short ? 1 : PREVIEWS)));
  const { seconds, steps, schemas, secrets } = rehearsed.parse(await tell('rehearse.ts', 'prod', '--json'));
  const previewRows = Object.entries(stacks).map(([stack, times]) =>
    secondsRow(
      `\`pulumi preview -s ${stack}\` in rehearsal, no changes`,
      times.map((one) => one * 1_000),
      PREVIEW_BOUND_SECONDS,
    ),
  );
  return {
    conditions: {
      engine: 'the real one, with every rule and its logs as verbose as they go without secrets',
      vendors: 'this machine plays them, 120 virtual seconds in a real one',
      steps: steps.length,
      'secrets looked for': `${secrets.known} in ${secrets.files} files, all output and process arguments`,
    },
    rows: [
      ...previewRows,
      atMost('full rehearsal of prod', '', seconds, REHEARSAL_BOUND_SECONDS, 's', 0),
      ...schemas.map(schemaRow),
      none('what the rehearsal left in clear text', { secrets: secrets.leaks.length }),
    ],
    details: {
      'seconds of each step': Object.fromEntries(steps.map((step) => [step.name, Number(step.seconds.toFixed(1))])),
    },
  };
}

await main({
  name: 'rehearsal',
  command: 'npm run bench:rehearsal',
  question: 'How long do a preview of prod and the whole rehearsal of its life take?',
  run: measure,
});
