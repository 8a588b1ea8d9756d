import { migrate } from '@keelson/persistence';
import pg from 'pg';
import { PostgresServer } from './postgres-server.ts';
import { RedisServer } from './redis-server.ts';

/** How the test files of one run find the servers that they share. */
export const POSTGRES_VARIABLE = 'KEELSON_TEST_POSTGRES_URL';
export const REDIS_VARIABLE = 'KEELSON_TEST_REDIS_URL';
export const TEMPLATE = 'keelson_template';
export const APP_PASSWORD = 'app';

export interface SharedServers {
  /** Environment variables for the test files. */
  readonly addresses: Readonly<Record<string, string>>;
  end(): Promise<void>;
}

/** One Postgres and one Redis for a whole run, and a migrated database that test files clone. */
export async function startSharedServers(): Promise<SharedServers> {
  const [postgres, redis] = await Promise.all([PostgresServer.start(), RedisServer.start()]);
  await createTemplate(postgres.adminUrl());
  return {
    addresses: { [POSTGRES_VARIABLE]: postgres.adminUrl(), [REDIS_VARIABLE]: redis.url },
    end: async () => {
      await Promise.all([postgres.remove(), redis.remove()]);
    },
  };
}

async function createTemplate(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(`create database ${TEMPLATE}`);
  await client.end();
  const url = new URL(adminUrl);
  url.pathname = `/${TEMPLATE}`;
  await migrate(url.href, 'up', APP_PASSWORD);
}
