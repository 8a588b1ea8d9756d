import pg from 'pg';
import type { DataSource, EntityManager, EntitySchema, QueryRunner } from 'typeorm';

/**
 * A TypeORM data source on a pool that already exists, so that both ways to Postgres share connections and transactions.
 * TypeORM is loaded on first use: it takes a fifth of a second, and half of the services never need it.
 */
export async function sharedDataSource(pool: pg.Pool, entities: readonly EntitySchema[]): Promise<DataSource> {
  const { DataSource } = await import('typeorm');
  // TypeORM makes its pool with `new driver.Pool(…)`; a constructor that returns an object hands it ours.
  function ExistingPool() {
    return pool;
  }
  const dataSource = new DataSource({
    type: 'postgres',
    driver: { ...pg, Pool: ExistingPool },
    schema: 'keelson',
    entities: [...entities],
    installExtensions: false,
  });
  return dataSource.initialize();
}

/** What a query runner keeps and does not publish: its connection, and whether a transaction is open on it. */
interface RunnerInternals {
  databaseConnection: pg.PoolClient;
  isTransactionActive: boolean;
}

/** An entity manager that speaks on this connection, and knows that a transaction is open: it will not begin another. */
export function managerOn(dataSource: DataSource, client: pg.PoolClient): EntityManager {
  const runner: QueryRunner = dataSource.createQueryRunner();
  const internals = runner as unknown as RunnerInternals;
  internals.databaseConnection = client;
  internals.isTransactionActive = true;
  return runner.manager;
}
