import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { LocalContext, LocalHandler } from './handler.ts';
import { explain, runCommand } from './run-command.ts';
import { UNKNOWN, type Properties } from '../plugin/wire.ts';

const inputs = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case words joined by hyphens'),
  command: z.string().startsWith('/', 'must be an absolute path'),
  args: z.array(z.string()),
  cwd: z.string().startsWith('/', 'must be an absolute path'),
  env: z.record(z.string(), z.string()),
  /** Hash of what the command reads: another one means that it runs again. */
  contentHash: z.string().min(1),
  /** Id of the database that it works on: a new, empty one means that it runs again. */
  database: z.string().min(1),
  timeoutMs: z.int().min(1_000).max(3_600_000),
});

type TaskInputs = z.infer<typeof inputs>;

/** The last line that is JSON: what the command says it did. */
function reported(stdout: string): string {
  return stdout.split('\n').findLast((line) => line.startsWith('{')) ?? '{}';
}

async function run(context: LocalContext, task: TaskInputs): Promise<Properties> {
  const result = await runCommand(task);
  const secrets = Object.values(task.env);
  mkdirSync(context.folders.logs, { recursive: true, mode: 0o700 });
  const log = join(context.folders.logs, `${task.name}.log`);
  appendFileSync(log, `${new Date().toISOString()} ${explain(result, secrets, 200)}\n`, { mode: 0o600 });
  if (!result.ok) throw new Error(`${task.name} failed: ${explain(result, secrets)}\n    all of it: ${log}`);
  return { result: reported(result.stdout) };
}

/** A command that brings a database to a state: run when it is new, when what it reads changed, or when its database is another. */
export const taskHandler: LocalHandler<TaskInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: [],
  drift: async () => [],
  planned: async () => ({ result: UNKNOWN }),
  create: async (context, task) => ({ id: task.name, outputs: await run(context, task) }),
  update: (context, task) => run(context, task),
  read: async (_context, _task, before) => ({ outputs: before }),
  // What a migration or a seed did goes with the data, not with the resource.
  delete: async () => undefined,
};
