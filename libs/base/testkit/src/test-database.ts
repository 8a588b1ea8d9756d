import { randomBytes } from 'node:crypto';
import { Database } from '@keelson/persistence';
import pg from 'pg';
import { APP_PASSWORD, POSTGRES_VARIABLE, TEMPLATE } from './shared-servers.ts';

/** A migrated database that nobody else uses. */
export interface TestDatabase {
  readonly adminUrl: string;
  /** Of the role that services use, under row-level security. */
  readonly appUrl: string;
  readonly db: Database;
  /** Runs SQL as superuser, past row-level security: for arranging and for looking. */
  admin<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Drops it; fails when a test left a connection open. */
  close(): Promise<void>;
}

/** Clones the migrated template on the run's Postgres; about 50 ms. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = process.env[POSTGRES_VARIABLE];
  if (!server) throw new Error('The shared Postgres is not running: tests need jest.config.ts with its globalSetup');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await run(server, `create database ${name} template ${TEMPLATE}`);
  const adminUrl = new URL(server);
  adminUrl.pathname = `/${name}`;
  const appUrl = new URL(adminUrl);
  appUrl.username = 'keelson_app';
  appUrl.password = APP_PASSWORD;
  const db = new Database({ url: appUrl.href, poolSize: 10, applicationName: 'test', connectWithin: '20 seconds' });
  const admin = new pg.Pool({ connectionString: adminUrl.href, max: 2 });
  return {
    adminUrl: adminUrl.href,
    appUrl: appUrl.href,
    db,
    admin: async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
      (await admin.query<Row>(text, values)).rows,
    close: async () => {
      await Promise.all([db.close(), admin.end()]);
      await refuseLeaks(server, name);
      await run(server, `drop database ${name} with (force)`);
    },
  };
}

async function refuseLeaks(server: string, name: string): Promise<void> {
  for (let patience = 20; ; patience -= 1) {
    const open = await run<{ application_name: string }>(
      server,
      `select application_name from pg_stat_activity where datname = '${name}'`,
    );
    if (open.length === 0) return;
    // Postgres notices a closed socket a moment later.
    if (patience === 0)
      throw new Error(`A test left connections open: ${open.map((row) => row.application_name).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function run<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
