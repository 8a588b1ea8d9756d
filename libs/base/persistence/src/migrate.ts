import pg from 'pg';
import type { DataSource } from 'typeorm';
import type { migrations as every } from './migrations.ts';

/** One key for all who migrate one database: the second waits, then finds nothing to do. */
const MIGRATION_LOCK = 5_275_253;

export interface MigrationOutcome {
  readonly applied: readonly string[];
  readonly reverted: readonly string[];
}

type Migrations = typeof every;

/** TypeORM is loaded here and not above: every program imports this package, and few of them migrate anything. */
async function dataSource(adminUrl: string, migrations: Migrations): Promise<DataSource> {
  const { DataSource } = await import('typeorm');
  const source = new DataSource({
    type: 'postgres',
    url: adminUrl,
    migrations: [...migrations],
    migrationsTableName: 'keelson_migrations',
    migrationsTransactionMode: 'each',
    installExtensions: false,
    logging: ['error'],
  });
  return source.initialize();
}

/**
 * Brings a database to the newest schema (`up`) or back to an empty one (`down`, one migration at a time).
 * A database that is newer than this code is left alone and refused: old code must not run on it.
 */
export async function migrate(
  adminUrl: string,
  direction: 'up' | 'down',
  appPassword?: string,
): Promise<MigrationOutcome> {
  const { migrations } = await import('./migrations.ts');
  const lock = new pg.Client({ connectionString: adminUrl });
  await lock.connect();
  const source = await dataSource(adminUrl, migrations);
  try {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await refuseNewerSchema(lock, migrations);
    const outcome = direction === 'up' ? await up(source) : await down(source);
    if (direction === 'up' && appPassword) await setAppPassword(lock, appPassword);
    return outcome;
  } finally {
    await source.destroy();
    await lock.end();
  }
}

async function up(source: DataSource): Promise<MigrationOutcome> {
  const applied = await source.runMigrations();
  return { applied: applied.map((migration) => migration.name), reverted: [] };
}

async function down(source: DataSource): Promise<MigrationOutcome> {
  const reverted: string[] = [];
  for (const name of (await executed(source)).reverse()) {
    await source.undoLastMigration();
    reverted.push(name);
  }
  return { applied: [], reverted };
}

async function executed(source: DataSource): Promise<string[]> {
  const rows: { name: string }[] = await source.query('select name from keelson_migrations order by id');
  return rows.map((row) => row.name);
}

async function refuseNewerSchema(client: pg.Client, migrations: Migrations): Promise<void> {
  const { rows } = await client.query<{ present: boolean }>(
    `select to_regclass('keelson_migrations') is not null as present`,
  );
  if (!rows[0]?.present) return;
  const known = new Set<string>(migrations.map((Migration) => new Migration().name));
  const { rows: done } = await client.query<{ name: string }>('select name from keelson_migrations');
  const unknown = done.map((row) => row.name).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new Error(
      `The database has migrations that this code does not know (${unknown.join(', ')}); run the newer release`,
    );
  }
}

async function setAppPassword(client: pg.Client, password: string): Promise<void> {
  await client.query(`alter role keelson_app password ${client.escapeLiteral(password)}`);
}

/** `node migrate.ts up|down` with DATABASE_ADMIN_URL (owner) and DATABASE_APP_PASSWORD: one JSON line, exit code 0 or 1. */
async function main(): Promise<void> {
  const direction = process.argv[2];
  const { DATABASE_ADMIN_URL: adminUrl, DATABASE_APP_PASSWORD: appPassword } = process.env;
  if (direction !== 'up' && direction !== 'down') throw new Error('Say which way: migrate.ts up, or migrate.ts down');
  if (!adminUrl) throw new Error('DATABASE_ADMIN_URL is not set: the URL of the role that owns the schema');
  process.stdout.write(`${JSON.stringify(await migrate(adminUrl, direction, appPassword))}\n`);
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
