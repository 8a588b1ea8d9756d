import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Database, type DatabaseOptions } from './database.ts';

/** Closes the pool when the process drains, after everything that uses it. */
class DatabaseLifetime implements OnApplicationShutdown {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#database.close();
  }
}

/** The variables of a service that name its Postgres (catalogue, env.ts). */
interface PostgresConfig {
  readonly DATABASE_URL: string;
  readonly DATABASE_DIRECT_URL?: string | undefined;
  readonly DATABASE_POOL_SIZE: number;
  readonly KEELSON_INSTANCE?: string | undefined;
}

/** Provides `Database` to a whole service. */
export class PersistenceModule {
  /** `service` names its connections when the instance has no name. */
  static forService(
    config: PostgresConfig,
    service: string,
    more: Pick<DatabaseOptions, 'connectWithin' | 'entities'> = {},
  ): DynamicModule {
    const options: DatabaseOptions = {
      ...more,
      url: config.DATABASE_URL,
      directUrl: config.DATABASE_DIRECT_URL,
      poolSize: config.DATABASE_POOL_SIZE,
      applicationName: config.KEELSON_INSTANCE ?? service,
    };
    return {
      module: PersistenceModule,
      global: true,
      providers: [
        { provide: Database, useFactory: () => new Database(options) },
        {
          provide: DatabaseLifetime,
          useFactory: (database: Database) => new DatabaseLifetime(database),
          inject: [Database],
        },
      ],
      exports: [Database],
    };
  }
}
Module({})(PersistenceModule);
