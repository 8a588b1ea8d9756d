import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { processSpec, type ProcessSpec } from '../../targets/local/process-spec.ts';
import type { Properties } from '../plugin/wire.ts';
import type { LocalContext, LocalHandler } from './handler.ts';
import { ensureRunning, plannedRun, readRun, runDrift } from './supervised-resource.ts';

const inputs = z.strictObject({
  ...processSpec.omit({ kind: true }).shape,
  /** Files that the process writes; their folders are made before it starts. */
  writes: z.array(z.string().startsWith('/', 'must be an absolute path')).optional(),
});

type ProcessInputs = z.infer<typeof inputs>;

function specOf({ writes: _writes, ...rest }: ProcessInputs): ProcessSpec {
  return { ...rest, kind: 'service' };
}

function run(context: LocalContext, wanted: ProcessInputs): Promise<Properties> {
  for (const file of wanted.writes ?? []) mkdirSync(dirname(file), { recursive: true });
  return ensureRunning(context, specOf(wanted), { url: wanted.url ?? null });
}

/** One instance of a service on this machine, run by the stack's supervisor. */
export const processHandler: LocalHandler<ProcessInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['instance'],
  drift: (context, { instance }, outputs) => runDrift(context, instance, outputs),
  async planned(context, planned) {
    const parsed = inputs.safeParse(planned);
    const run = await plannedRun(
      context,
      String(planned['instance']),
      parsed.success ? specOf(parsed.data) : undefined,
    );
    return { url: planned['url'] ?? null, ...run };
  },
  create: async (context, wanted) => ({ id: wanted.instance, outputs: await run(context, wanted) }),
  update: run,
  read: (context, { instance }, before) => readRun(context, instance, before),
  delete: (context, { instance }) => context.supervisor.remove(instance),
};
