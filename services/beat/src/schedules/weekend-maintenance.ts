import { pruneQuotes } from '@keelson/market';
import { pruneReports } from '@keelson/oversight';
import { sql, type Database } from '@keelson/persistence';

const ANALYZE = sql('maintenance.analyze', 'select refresh_statistics()');

const QUOTES_KEPT_DAYS = 30;
const REPORTS_KEPT_DAYS = 400;

/**
 * What is better done while nobody trades: prices of symbols that nobody uses any more and old reports go, and the
 * planner's statistics are made new. Vacuuming stays with autovacuum, which runs all week; no table is partitioned yet.
 */
export function weekendMaintenance(database: Database): () => Promise<void> {
  return async () => {
    await database.platform(async (tx) => {
      pruneQuotes(tx, QUOTES_KEPT_DAYS);
      pruneReports(tx, REPORTS_KEPT_DAYS);
    });
    await database.platform(async (tx) => tx.execute(ANALYZE));
  };
}
