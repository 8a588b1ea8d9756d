import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@keelson/persistence';
import type { Context } from '../framework/context.ts';
import { exitCode, Failure, messageOf } from '../framework/failure.ts';
import { readCredentials } from './credentials.ts';

/**
 * Runs work on Postgres as the role of the services, so that row-level security binds an operator too. The address is
 * DATABASE_URL where it is set (a cloud), else that of the local stack. Needs neither a build nor any service.
 */
export async function withDatabase<T>(context: Context, work: (db: Database) => Promise<T>): Promise<T> {
  const url = context.environment['DATABASE_URL'] ?? readCredentials(context.folders, context.stack).databaseUrl;
  return withDatabaseAt(context, url, work);
}

/** The same as the owner of the tables, for what no service may write; the address is DATABASE_ADMIN_URL in a cloud. */
export async function withAdminDatabase<T>(context: Context, work: (db: Database) => Promise<T>): Promise<T> {
  const set = context.environment['DATABASE_ADMIN_URL'];
  return withDatabaseAt(context, set ?? readCredentials(context.folders, context.stack).databaseAdminUrl, work);
}

async function withDatabaseAt<T>(context: Context, url: string, work: (db: Database) => Promise<T>): Promise<T> {
  const { Database } = await import('@keelson/persistence');
  const db = new Database({ url, poolSize: 4, applicationName: 'keelson-ops' });
  try {
    await reach(db).catch((error: unknown) => {
      throw new Failure(`Postgres at ${new URL(url).host} does not answer: ${messageOf(error)}`, {
        code: exitCode.resource,
        fix: context.environment['DATABASE_URL'] ? 'check DATABASE_URL and the database' : 'npm start repairs it',
        cause: error,
      });
    });
    return await work(db);
  } finally {
    await db.close();
  }
}

const TRIES = 5;
const PAUSE_MS = 300;

/** The pool gives up on a connection after 200 ms, as a webhook must; a person at a busy machine can wait a little longer. */
async function reach(db: Database): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.ping();
    } catch (error) {
      if (attempt === TRIES) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
