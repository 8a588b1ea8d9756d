import { createHash, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { explain, runCommand } from './run-command.ts';

/** Where a cluster is, what runs it, and who owns it. */
export interface Cluster {
  readonly folder: string;
  readonly binDir: string;
  /** Command words before each program, for users that Postgres refuses to run as; usually none. */
  readonly prefix: readonly string[];
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Made with the cluster: tells it from one that was made anew, and which password it has. */
interface Marker {
  readonly id: string;
  readonly passwordHash: string;
}

const markerFile = (folder: string): string => join(folder, 'keelson.json');

const passwordHash = (password: string): string => createHash('sha256').update(password).digest('hex');

/** The environment of Postgres' own programs: messages in English, nothing inherited that could change their behaviour. */
export const postgresEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** The words that start one of Postgres' programs. */
export function programOf(
  cluster: Pick<Cluster, 'binDir' | 'prefix'>,
  name: string,
  args: readonly string[],
): string[] {
  return [...cluster.prefix, join(cluster.binDir, name), ...args];
}

function readMarker(folder: string): Marker | undefined {
  return existsSync(markerFile(folder)) ? (JSON.parse(readFileSync(markerFile(folder), 'utf8')) as Marker) : undefined;
}

function writeMarker(folder: string, marker: Marker): void {
  writeFileSync(markerFile(folder), JSON.stringify(marker), { mode: 0o600 });
}

/** The cluster's id, or undefined when there is none. Read-only. */
export function clusterId(folder: string): string | undefined {
  return readMarker(folder)?.id;
}

/** Whether a cluster exists and has this password. Read-only. */
export function hasPassword(cluster: Pick<Cluster, 'folder' | 'password'>): boolean {
  return readMarker(cluster.folder)?.passwordHash === passwordHash(cluster.password);
}

async function run(cluster: Cluster, name: string, args: readonly string[], input = ''): Promise<void> {
  const [command = '', ...rest] = programOf(cluster, name, args);
  const cwd = dirname(cluster.folder);
  const result = await runCommand({ command, args: rest, cwd, env: postgresEnvironment, input, timeoutMs: 120_000 });
  // A server in single-user mode exits with 0 after a statement that failed.
  if (result.ok && !result.stderr.includes('ERROR:')) return;
  throw new Error(`${name} failed: ${explain(result, [cluster.password])}`);
}

/** Runs one statement in a server that only listens to us. The statement goes in by standard input. */
function alone(cluster: Cluster, folder: string, statement: string): Promise<void> {
  return run(cluster, 'postgres', ['--single', '-D', folder, 'postgres'], `${statement}\n`);
}

async function initialise(cluster: Cluster): Promise<void> {
  // Made beside the place and moved there in one step: a half-made cluster is never mistaken for one.
  const draft = `${cluster.folder}.draft`;
  const passwordFile = `${cluster.folder}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, `${cluster.password}\n`, { mode: 0o600 });
  try {
    const options = ['--auth=scram-sha-256', '--encoding=UTF8', '--no-locale', `--username=${cluster.user}`];
    await run(cluster, 'initdb', ['-D', draft, `--pwfile=${passwordFile}`, ...options]);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  await alone(cluster, draft, `CREATE DATABASE "${cluster.database}"`);
  writeMarker(draft, { id: randomUUID(), passwordHash: passwordHash(cluster.password) });
  renameSync(draft, cluster.folder);
}

async function checkVersion(cluster: Cluster): Promise<void> {
  const data = readFileSync(join(cluster.folder, 'PG_VERSION'), 'utf8').trim();
  const [command = '', ...args] = programOf(cluster, 'postgres', ['--version']);
  const result = await runCommand({ command, args, cwd: '/', env: postgresEnvironment, timeoutMs: 10_000 });
  const program = /\(PostgreSQL\) (\d+)/.exec(result.stdout)?.[1];
  if (program === data) return;
  throw new Error(
    `${cluster.folder} was made by PostgreSQL ${data}, but ${cluster.binDir} is ${program ?? `unusable (${result.end})`}. ` +
      `Use PostgreSQL ${data}, or dump and restore the data.`,
  );
}

/**
 * Makes sure that a cluster with this owner, password and database exists; it must not be running when its password
 * changed. Returns the cluster's id.
 */
export async function ensureCluster(cluster: Cluster): Promise<string> {
  if (!existsSync(join(cluster.folder, 'PG_VERSION'))) await initialise(cluster);
  await checkVersion(cluster);
  chmodSync(cluster.folder, 0o700);
  const marker = readMarker(cluster.folder);
  if (marker && hasPassword(cluster)) return marker.id;
  await alone(cluster, cluster.folder, `ALTER ROLE "${cluster.user}" PASSWORD '${cluster.password}'`);
  const id = marker?.id ?? randomUUID();
  writeMarker(cluster.folder, { id, passwordHash: passwordHash(cluster.password) });
  return id;
}
