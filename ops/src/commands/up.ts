import { environmentStacks } from '@keelson/catalogue/environments';
import { z } from 'zod';
import { anyEnvironment } from '../cloud/environments.ts';
import { imageOf } from '../cloud/infra.ts';
import { addRelease, releasesFile } from '../cloud/releases.ts';
import { commitOf } from '../cloud/commit.ts';
import { runEngine } from '../engine/run-engine.ts';
import { positional } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { runTasks, type Task } from '../framework/tasks.ts';
import { type BringUp, bringUpTasks } from '../stack/bring-up.ts';

const args = z.object({ environment: positional(anyEnvironment, 'which environment') });

export const up = defineCarefulCommand({
  name: 'up',
  summary:
    'bring an environment up: its data first, then what runs on it; every rule is checked before anything changes',
  danger: 'changes',
  args,
  examples: ['keelson up dev', 'keelson up prod --yes', 'keelson up local'],
  output: z.object({
    environment: z.string(),
    /** Per stack, in order: "8 created", or "no changes". */
    stacks: z.array(z.object({ stack: z.string(), changes: z.string() })),
    /** What runs now; null on this machine. */
    image: z.string().nullable(),
  }),
  async plan(context, { environment }) {
    const stacks = environmentStacks[environment];
    const steps = stacks.map((stack) => `pulumi up of the stack ${stack}`);
    if (environment === 'local') return { steps, unattended: 'proceed' };
    steps.push(`image ${await imageOf(context, environment)}`);
    return { steps, question: `Change ${environment} at its vendors?`, unattended: 'refuse' };
  },
  async apply(context, { environment }) {
    const done: { stack: string; changes: string }[] = [];
    if (environment === 'local') {
      const shared: BringUp = { changes: undefined };
      await runTasks({ ...context, stack: 'local' }, bringUpTasks(context, shared));
      return { environment, stacks: [{ stack: 'local', changes: shared.changes ?? 'no changes' }], image: null };
    }
    const tasks = environmentStacks[environment].map((stack): Task => ({
      title: `Stack ${stack}`,
      async run(report) {
        const changes = await runEngine({ ...context, stack }, { verb: 'up' }, report);
        done.push({ stack, changes });
        return changes;
      },
    }));
    await runTasks(context, tasks);
    return { environment, stacks: done, image: await imageOf(context, environment) };
  },
  // The engine has waited for every deployment to be healthy, and failed otherwise.
  verify: async () => undefined,
  async audit(context, { environment }, { image }) {
    if (image === null) return;
    const [at, commit] = [new Date().toISOString(), await commitOf(context)];
    addRelease(releasesFile(context, environment), { image, commit, at, by: context.actor, kind: 'up' });
  },
  human: ({ environment, stacks, image }, paint) =>
    [
      `${paint.good('✔')} ${environment} is up`,
      ...stacks.map(({ stack, changes }) => `  ${stack}: ${changes}`),
      ...(image === null ? [] : [`  image: ${image}`]),
    ].join('\n'),
});
