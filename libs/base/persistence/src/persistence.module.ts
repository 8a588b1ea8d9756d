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

/** Provides `Database` to a whole service. */
export class PersistenceModule {
  static register(options: DatabaseOptions): DynamicModule {
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
