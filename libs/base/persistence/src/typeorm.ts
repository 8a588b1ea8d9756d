import pg from 'pg';
import type { DataSource, EntityManager, EntitySchemaOptions, QueryRunner } from 'typeorm';

/**
 * An `EntitySchema` before it is made: plain data, so that a library that describes its tables does not load TypeORM for
 * those who never ask. `any`: options are invariant in their row type, and a list holds entities of every kind.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type EntityOptions = EntitySchemaOptions<any>;

/**
 * A TypeORM data source on a pool that already exists, so that both ways to Postgres share connections and transactions.
 * TypeORM is loaded on first use: it takes a fifth of a second, and half of the services never need it.
 */
export async function sharedDataSource(pool: pg.Pool, entities: readonly EntityOptions[]): Promise<DataSource> {
  const { DataSource, EntitySchema } = await import('typeorm');
  // TypeORM makes its pool with `new driver.Pool(…)`; a constructor that returns an object hands it ours.
  function ExistingPool() {
    return pool;
  }
  const dataSource = new DataSource({
    type: 'postgres',
    driver: { ...pg, Pool: ExistingPool },
    schema: 'keelson',
    entities: entities.map((options) => new EntitySchema(options)),
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
