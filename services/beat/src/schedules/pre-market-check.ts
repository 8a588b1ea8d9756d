import { services } from '@keelson/catalogue';
import type { Clock } from '@keelson/kernel';
import { checkReadiness, failedChecks, type Report } from '@keelson/oversight';
import type { Database } from '@keelson/persistence';
import type { Metrics } from '@keelson/runtime';

/** The services that are connected to Postgres when they run: those whose absence can be seen from there. */
export const expectedServices = services
  .filter(({ needs }) => (needs as readonly string[]).includes('postgres'))
  .map(({ name }) => name);

/** Looks whether everything is ready for the open, writes the report, and tells it. */
export function preMarketCheck(
  database: Database,
  clock: Clock,
  metrics: Metrics,
  onReport: (report: Report) => void,
): () => Promise<void> {
  return async () => {
    const report = await checkReadiness(database, expectedServices, clock.now());
    metrics.set('keelson_market_checks_failed', {}, await failedChecks(database, clock.now()));
    onReport(report);
  };
}
