import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startChild, untilReady, type Child } from './child.ts';
import { freePort } from './port.ts';
import { readToolchain } from './toolchain.ts';

export const ADMIN = 'keelson_admin';

export interface PostgresServerOptions {
  /** On: what is committed survives a kill of the machine. Tests that measure nothing may do without. */
  readonly fsync?: boolean;
}

/** A Postgres server of a test's own: it may be stopped, killed and started again. */
export class PostgresServer {
  readonly port: number;
  readonly #folder: string;
  readonly #options: PostgresServerOptions;
  #child: Child | undefined;

  private constructor(port: number, folder: string, options: PostgresServerOptions) {
    this.port = port;
    this.#folder = folder;
    this.#options = options;
  }

  static async start(options: PostgresServerOptions = {}): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'keelson-test-postgres-'));
    const [initdb, ...prefix] = command('initdb');
    execFileSync(
      initdb!,
      [...prefix, '-D', join(folder, 'data'), '-U', ADMIN, '-A', 'trust', '--no-sync', '-E', 'UTF8'],
      {
        stdio: 'pipe',
      },
    );
    const server = new PostgresServer(await freePort(), folder, options);
    await server.restart();
    return server;
  }

  /** postgres://… of the superuser, in one of the server's databases. */
  adminUrl(database = 'postgres'): string {
    return `postgres://${ADMIN}@127.0.0.1:${this.port}/${database}`;
  }

  /** Starts it again after an end. */
  async restart(): Promise<void> {
    const settings = {
      port: this.port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: 200,
      fsync: this.#options.fsync ? 'on' : 'off',
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.#child = startChild([...command('postgres'), '-D', join(this.#folder, 'data'), ...flags]);
    await untilReady(this.#child, 'Postgres', () => this.#answers());
  }

  /** SIGINT stops at once and cleanly, SIGKILL as a crash does. */
  async end(signal: 'SIGINT' | 'SIGKILL' = 'SIGINT'): Promise<void> {
    await this.#child?.end(signal);
  }

  /** Ends it and removes its data. */
  async remove(): Promise<void> {
    await this.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.adminUrl(), connectionTimeoutMillis: 1_000 });
    try {
      await client.connect();
      return true;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** A program of the server. As root it needs another user's identity, which a user namespace gives it. */
function command(program: string): string[] {
  const { binDir, runAsRootPrefix = [] } = readToolchain().postgres;
  if (!binDir) throw new Error('The toolchain names a Postgres by URL only; this test starts a server of its own');
  return [...(process.getuid?.() === 0 ? runAsRootPrefix : []), join(binDir, program)];
}
