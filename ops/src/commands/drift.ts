import { environmentStacks } from '@keelson/catalogue/environments';
import { z } from 'zod';
import { anyEnvironment } from '../cloud/environments.ts';
import { runInfra } from '../cloud/infra.ts';
import { toldFix } from '../engine/run-engine.ts';
import { positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';

/** What the engine exits with when a refresh finds what nobody expected. */
const FOUND = exitCode.changesFound;

export const drift = defineCommand({
  name: 'drift',
  summary: 'look whether an environment still is what the program made; changes nothing, exits with 7 when it is not',
  danger: 'none',
  args: z.object({ environment: positional(anyEnvironment, 'which environment') }),
  examples: ['keelson drift prod', 'keelson drift dev --json'],
  output: z.object({
    environment: z.string(),
    drifted: z.boolean(),
    stacks: z.array(z.object({ stack: z.string(), drifted: z.boolean(), report: z.string() })),
  }),
  async run(context, { environment }) {
    const stacks: { stack: string; drifted: boolean; report: string }[] = [];
    for (const stack of environmentStacks[environment]) {
      context.ui.say(`  ${stack} is compared with what the vendors have …`);
      const words = ['refresh', '-s', stack, '--preview-only', '--expect-no-changes', '--diff'];
      const { code, stdout, stderr } = await runInfra(context, 'src/engine.ts', words);
      if (code !== exitCode.success && code !== FOUND) {
        const said = `${stdout}\n${stderr}`.trim();
        throw new Failure(`${stack} could not be compared:\n${said}`, {
          fix: toldFix(said) ?? 'the last lines name the vendor and the reason; keelson doctor checks the tools',
          code: exitCode.resource,
        });
      }
      stacks.push({ stack, drifted: code === FOUND, report: code === FOUND ? stdout : '' });
    }
    return { environment, drifted: stacks.some(({ drifted }) => drifted), stacks };
  },
  human: ({ environment, stacks }, paint) =>
    [
      ...stacks.map(({ stack, drifted, report }) =>
        drifted
          ? `${paint.bad('✘')} ${stack} is not what the program made:\n${report}`
          : `${paint.good('✔')} ${stack} is what the program made`,
      ),
      ...(stacks.some(({ drifted }) => drifted) ? [`keelson up ${environment} repairs it.`] : []),
    ].join('\n'),
  exitCode: ({ drifted }) => (drifted ? FOUND : exitCode.success),
});
