import { z } from 'zod';
import { commitOf } from '../cloud/commit.ts';
import { cloudEnvironment } from '../cloud/environments.ts';
import { imageOf, setImage } from '../cloud/infra.ts';
import { addRelease, imageBefore, readReleases, releasesFile } from '../cloud/releases.ts';
import { runEngine } from '../engine/run-engine.ts';
import { flag, positional } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { runTasks } from '../framework/tasks.ts';

/** Only what runs is touched: it works while every vendor but that of the services is away. */
const COMPUTE_ONLY = ['--target', '**railway:index:**', '--target-dependents'];

export const rollback = defineCarefulCommand({
  name: 'rollback',
  summary: 'run the image before this one again, touching nothing but the services',
  danger: 'changes',
  args: z.object({
    environment: positional(cloudEnvironment, 'which environment'),
    to: flag(
      z
        .string()
        .regex(/(^|@)sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits')
        .optional(),
      'a digest that ran here before; the newest other one when absent',
    ),
  }),
  examples: ['keelson rollback prod', 'keelson rollback prod --yes'],
  output: z.object({ environment: z.string(), from: z.string(), to: z.string(), changes: z.string() }),
  async plan(context, { environment, to }) {
    const running = await imageOf(context, environment);
    const image = imageBefore(readReleases(releasesFile(context, environment)), running, to);
    const steps = [`stop running ${running}`, `run ${image}`];
    return { steps, question: `Roll ${environment} back?`, unattended: 'refuse' };
  },
  async apply(context, { environment, to }) {
    const from = await imageOf(context, environment);
    const image = imageBefore(readReleases(releasesFile(context, environment)), from, to);
    await setImage(context, environment, image);
    let changes = 'no changes';
    const run = { verb: 'up', words: COMPUTE_ONLY } as const;
    await runTasks(context, [
      {
        title: `Stack ${environment}`,
        run: async (report) => (changes = await runEngine({ ...context, stack: environment }, run, report)),
      },
    ]);
    return { environment, from, to: image, changes };
  },
  // The engine has waited for every deployment to be healthy, and failed otherwise.
  verify: async () => undefined,
  async audit(context, { environment }, { to: image }) {
    const [at, commit] = [new Date().toISOString(), await commitOf(context)];
    addRelease(releasesFile(context, environment), { image, commit, at, by: context.actor, kind: 'rollback' });
  },
  human: ({ environment, to, changes }, paint) =>
    `${paint.good('✔')} ${environment} runs ${to} again (${changes}); commit the new infra/releases/${environment}.json`,
});
