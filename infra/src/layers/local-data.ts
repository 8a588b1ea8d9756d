import { secret } from '@pulumi/pulumi';
import { Cache } from '../components/cache.ts';
import { Database } from '../components/database.ts';
import type { LocalEnvironment } from '../environments/environment.ts';
import { Credentials } from '../providers/local/resources.ts';
import type { LocalTarget } from '../targets/local/target.ts';
import { migrationTask, seedTask, type TaskPlan } from '../targets/local/tasks.ts';

/** Credentials, database and cache: what holds data, and is rarely touched. */
export interface DataLayer {
  readonly credentials: Credentials;
  readonly database: Database;
  readonly cache: Cache;
}

export interface DatabaseTasks {
  readonly migration: TaskPlan;
  readonly seed: TaskPlan;
}

export function dataLayer(
  target: LocalTarget,
  environment: LocalEnvironment,
  tasks: DatabaseTasks = { migration: migrationTask, seed: seedTask },
): DataLayer {
  const { postgres, redis } = target.stores;
  const credentials = new Credentials(
    'credentials',
    {
      // The address of somebody else's store has a password in it; that of an own one gets it here.
      postgresUrl: postgres.own ? postgres.url : secret(postgres.url),
      ownPostgres: postgres.own,
      redisUrl: redis.own ? redis.url : secret(redis.url),
      ownRedis: redis.own,
      issuer: 'keelson',
      audience: 'authenticated',
    },
    { provider: target.provider },
  );
  const database = new Database({ target, environment, credentials, ...tasks });
  const cache = new Cache({ target, credentials });
  return { credentials, database, cache };
}
