import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ProcessSpec } from '../../targets/local/process-spec.ts';
import type { LocalContext, LocalHandler } from './handler.ts';
import { ensureRunning, plannedRun, readRun, runDrift } from './supervised-resource.ts';
import type { Properties } from '../plugin/wire.ts';

const inputs = z.strictObject({
  server: z.string().startsWith('/', 'must be an absolute path'),
  version: z.string().min(1),
  port: z.int().min(1).max(65_535),
  password: z.string().regex(/^[A-Za-z0-9]{16,}$/, 'must be at least 16 letters and digits'),
});

type RedisInputs = z.infer<typeof inputs>;

const INSTANCE = 'redis';

/** The password is in the file and nowhere else: arguments can be read by everybody on the machine. */
function configurationOf(context: LocalContext, wanted: RedisInputs): string {
  return [
    'bind 127.0.0.1',
    `port ${wanted.port}`,
    `requirepass ${wanted.password}`,
    `dir ${JSON.stringify(context.folders.redis)}`,
    'daemonize no',
    // A queue must never lose a job to make room.
    'maxmemory-policy noeviction',
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    '',
  ].join('\n');
}

function configurationFile(context: LocalContext): string {
  return join(context.folders.redis, 'redis.conf');
}

function specOf(context: LocalContext, wanted: RedisInputs): ProcessSpec {
  return {
    instance: INSTANCE,
    service: INSTANCE,
    kind: 'datastore',
    command: wanted.server,
    args: [configurationFile(context)],
    cwd: context.folders.redis,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    port: wanted.port,
    ready: { kind: 'redis', port: wanted.port, password: wanted.password },
    readyWithinMs: 30_000,
    stopSignal: 'SIGTERM',
    graceMs: 10_000,
    after: [],
    artefact: createHash('sha256')
      .update(`${wanted.version}\n${configurationOf(context, wanted)}`)
      .digest('hex'),
  };
}

async function bringUp(context: LocalContext, wanted: RedisInputs): Promise<Properties> {
  mkdirSync(context.folders.redis, { recursive: true, mode: 0o700 });
  writeFileSync(configurationFile(context), configurationOf(context, wanted), { mode: 0o600 });
  return ensureRunning(context, specOf(context, wanted), {});
}

/** A Redis server of this stack: a carrier, so its data may be lost, but it never evicts. */
export const redisHandler: LocalHandler<RedisInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: [],
  drift: (context, _wanted, outputs) => runDrift(context, INSTANCE, outputs),
  planned(context, planned) {
    const parsed = inputs.safeParse(planned);
    return plannedRun(context, INSTANCE, parsed.success ? specOf(context, parsed.data) : undefined);
  },
  create: async (context, wanted) => ({ id: INSTANCE, outputs: await bringUp(context, wanted) }),
  update: (context, wanted) => bringUp(context, wanted),
  read: (context, _wanted, before) => readRun(context, INSTANCE, before),
  async delete(context) {
    await context.supervisor.remove(INSTANCE);
    if (context.wipe) rmSync(context.folders.redis, { recursive: true, force: true });
  },
};
