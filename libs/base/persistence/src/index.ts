export { Database } from './database.ts';
export type { DatabaseOptions } from './database.ts';
export { migrate } from './migrate.ts';
export { PerTransaction } from './per-transaction.ts';
export { SELF_TEST } from './self-test.ts';
export { sql, sqlOfRows } from './statement.ts';
export type { Statement } from './statement.ts';
export type { TrafficCounters, Tx } from './tx.ts';
