import { z } from 'zod';
import { cloudEnvironment } from '../cloud/environments.ts';
import { runInfra } from '../cloud/infra.ts';
import { positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';

const output = z.object({
  environment: z.string(),
  seconds: z.number(),
  steps: z.array(z.object({ name: z.string(), seconds: z.number(), writes: z.int() })),
  /** Per vendor: requests held against its own schema; no oracle means that the schema was absent. */
  schemas: z.array(
    z.object({ vendor: z.string(), oracle: z.string().optional(), checked: z.int(), violations: z.int() }),
  ),
  /** What was looked for in all output, logs, states and process arguments, and where it was found. */
  secrets: z.object({
    known: z.int(),
    files: z.int(),
    leaks: z.array(z.object({ secret: z.string(), place: z.string() })),
  }),
});

export const rehearse = defineCommand({
  name: 'rehearse',
  summary: 'the life of an environment on this machine: the real program and engine, vendors played; needs no account',
  danger: 'none',
  args: z.object({ environment: positional(cloudEnvironment, 'which environment') }),
  examples: ['keelson rehearse prod', 'keelson rehearse dev --json'],
  output,
  async run(context, { environment }) {
    const words = [environment, '--json'];
    const say = (line: string): void => context.ui.say(line);
    const { code, stdout, stderr } = await runInfra(context, 'rehearsal/rehearse.ts', words, say);
    const line = stdout.split('\n').findLast((text) => text.startsWith('{'));
    if (line !== undefined) return output.parse(JSON.parse(line));
    throw new Failure(`The rehearsal of ${environment} did not come out (exit code ${code}):\n${stderr}`, {
      code: exitCode.resource,
      fix: 'the step that is named says what must be true and is not',
    });
  },
  human: ({ environment, seconds, schemas, secrets }, paint) =>
    [
      `${paint.good('✔')} ${environment} was rehearsed in ${seconds.toFixed(0)} s`,
      ...schemas.map(({ vendor, oracle, checked, violations }) =>
        oracle === undefined
          ? `  ${vendor}: its schema is absent, nothing was checked`
          : `  ${vendor}: ${violations} violations in ${checked} requests, by ${oracle}`,
      ),
      `  ${secrets.known} secrets: ${secrets.leaks.length} found in clear text in ${secrets.files} files, output and arguments`,
      ...secrets.leaks.map(({ secret, place }) => `${paint.bad('✘')} ${secret} is in ${place}`),
    ].join('\n'),
  exitCode: ({ schemas, secrets }) =>
    secrets.leaks.length > 0 || schemas.some(({ violations }) => violations > 0) ? exitCode.failure : exitCode.success,
});
