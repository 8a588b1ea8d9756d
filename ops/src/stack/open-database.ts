import type { Database } from '@keelson/persistence';
import type { Context } from '../framework/context.ts';
import { exitCode, Failure, messageOf } from '../framework/failure.ts';
import { readCredentials } from './credentials.ts';

/**
 * Runs work on Postgres as the role of the services, so that row-level security binds an operator too. The address is
 * DATABASE_URL where it is set (a cloud), else that of the local stack. Needs neither a build nor any service.
 */
export async function withDatabase<T>(context: Context, work: (db: Database) => Promise<T>): Promise<T> {
  const { Database } = await import('@keelson/persistence');
  const url = context.environment['DATABASE_URL'] ?? readCredentials(context.folders, context.stack).databaseUrl;
  const db = new Database({ url, poolSize: 4, applicationName: 'keelson-ops' });
  try {
    await db.ping().catch((error: unknown) => {
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
