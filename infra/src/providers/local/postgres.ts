import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { ProcessSpec } from '../../targets/local/process-spec.ts';
import type { LocalContext, LocalHandler } from './handler.ts';
import { clusterId, ensureCluster, hasPassword, postgresEnvironment, programOf } from './postgres-cluster.ts';
import { ensureRunning, plannedRun, readRun, runDrift } from './supervised-resource.ts';
import { UNKNOWN, type Properties } from '../plugin/wire.ts';

const identifier = z.string().regex(/^[a-z_][a-z0-9_]*$/, 'must be a plain SQL name');

const inputs = z.strictObject({
  binDir: z.string().startsWith('/', 'must be an absolute path'),
  version: z.string().min(1),
  /** Command words before each program; PostgreSQL refuses to run as root without. */
  prefix: z.array(z.string()),
  port: z.int().min(1).max(65_535),
  user: identifier,
  password: z.string().regex(/^[A-Za-z0-9]{16,}$/, 'must be at least 16 letters and digits'),
  database: identifier,
  maxConnections: z.int().min(20).max(2_000),
  sharedBuffersMib: z.int().min(16).max(65_536),
});

type PostgresInputs = z.infer<typeof inputs>;

const INSTANCE = 'postgres';

/** Settings that make a commit mean what it says come first; nothing listens but on this machine. */
function settings(wanted: PostgresInputs): Record<string, string | number> {
  return {
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: wanted.port,
    max_connections: wanted.maxConnections,
    shared_buffers: `${wanted.sharedBuffersMib}MB`,
    // After each checkpoint the first change of a page writes all of it: fewer checkpoints, less to write.
    checkpoint_timeout: '15min',
    max_wal_size: '2GB',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Statements may carry secrets; their text stays out of the log also when they fail.
    log_min_error_statement: 'panic',
  };
}

function specOf(context: LocalContext, wanted: PostgresInputs, cluster: string): ProcessSpec {
  const options = Object.entries(settings(wanted)).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [command = '', ...args] = programOf(wanted, 'postgres', ['-D', context.folders.postgres, ...options]);
  return {
    instance: INSTANCE,
    service: INSTANCE,
    kind: 'datastore',
    command,
    args,
    cwd: dirname(context.folders.postgres),
    env: postgresEnvironment,
    port: wanted.port,
    ready: { kind: 'postgres', port: wanted.port, user: wanted.user, database: wanted.database },
    readyWithinMs: 60_000,
    // SIGINT is Postgres' "fast" stop: sessions end, everything is written.
    stopSignal: 'SIGINT',
    graceMs: 30_000,
    after: [],
    artefact: `${wanted.version}/${cluster}`,
  };
}

/** A server whose password changed is stopped first: its owner can't be asked to log in with the old one. */
async function bringUp(context: LocalContext, wanted: PostgresInputs): Promise<Properties> {
  const { user, password, database, binDir, prefix } = wanted;
  const cluster = { folder: context.folders.postgres, binDir, prefix, user, password, database };
  if (!hasPassword(cluster)) await context.supervisor.remove(INSTANCE);
  const id = await ensureCluster(cluster);
  return ensureRunning(context, specOf(context, wanted, id), { cluster: id });
}

/** A PostgreSQL server of this stack, with its owner and one database. */
export const postgresHandler: LocalHandler<PostgresInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: [],
  async drift(context, _wanted, outputs) {
    if (clusterId(context.folders.postgres) !== outputs['cluster']) {
      return [{ property: 'cluster', reason: `${context.folders.postgres} is gone, or another cluster` }];
    }
    return runDrift(context, INSTANCE, outputs);
  },
  async planned(context, planned) {
    const id = clusterId(context.folders.postgres);
    const parsed = inputs.safeParse(planned);
    const spec = parsed.success && id !== undefined ? specOf(context, parsed.data, id) : undefined;
    return { cluster: id ?? UNKNOWN, ...(await plannedRun(context, INSTANCE, spec)) };
  },
  create: async (context, wanted) => ({ id: INSTANCE, outputs: await bringUp(context, wanted) }),
  update: (context, wanted) => bringUp(context, wanted),
  read: (context, _wanted, before) => readRun(context, INSTANCE, before),
  async delete(context) {
    await context.supervisor.remove(INSTANCE);
    if (context.wipe) rmSync(context.folders.postgres, { recursive: true, force: true });
  },
};
