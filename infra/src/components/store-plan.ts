import { createHash } from 'node:crypto';
import { datastores } from '@keelson/catalogue';
import { findProgram, type Toolchain } from '../targets/local/toolchain.ts';

/** A Postgres of this stack, or one that somebody else runs. `url` is that of its owner, without password when own. */
export type PostgresPlan =
  | { readonly own: false; readonly url: string }
  | {
      readonly own: true;
      readonly url: string;
      readonly binDir: string;
      readonly version: string;
      readonly prefix: string[];
      readonly port: number;
      readonly user: string;
      readonly database: string;
    };

export type RedisPlan =
  | { readonly own: false; readonly url: string }
  | {
      readonly own: true;
      readonly url: string;
      readonly server: string;
      readonly version: string;
      readonly port: number;
    };

function portOf(name: 'postgres' | 'redis', portBase: number): number {
  const spec = datastores.find((datastore) => datastore.name === name);
  if (!spec) throw new Error(`the catalogue has no datastore ${name}`);
  return portBase + spec.portOffset;
}

function externalUrl(variable: 'POSTGRES_URL' | 'REDIS_URL', recorded: string | undefined): string {
  const url = recorded ?? process.env[variable];
  if (url) return url;
  throw new Error(`the tools were set up to use ${variable}, which is not set now; set it, or run the set-up again`);
}

/** Which Postgres a stack uses. `asRoot`: whether this process is root, which Postgres refuses to run as. */
export function normalizePostgres(tools: Toolchain['postgres'], portBase: number, asRoot: boolean): PostgresPlan {
  if (!('binDir' in tools)) return { own: false, url: externalUrl('POSTGRES_URL', tools.url) };
  const port = portOf('postgres', portBase);
  const [program, ...words] = asRoot ? tools.runAsRootPrefix : [];
  const prefix = program === undefined ? [] : [findProgram(program), ...words];
  const [user, database] = ['keelson_admin', 'keelson'];
  const url = `postgres://${user}@127.0.0.1:${port}/${database}`;
  return { own: true, url, binDir: tools.binDir, version: tools.version, prefix, port, user, database };
}

export function normalizeRedis(tools: Toolchain['redis'], portBase: number): RedisPlan {
  if (!('server' in tools)) return { own: false, url: externalUrl('REDIS_URL', tools.url) };
  const port = portOf('redis', portBase);
  return { own: true, url: `redis://127.0.0.1:${port}`, server: tools.server, version: tools.version, port };
}

/** A name for a database that somebody else runs: another address is another database. */
export function clusterOf(url: string): string {
  const { host, pathname } = new URL(url);
  return createHash('sha256').update(`${host}${pathname}`).digest('hex').slice(0, 16);
}
