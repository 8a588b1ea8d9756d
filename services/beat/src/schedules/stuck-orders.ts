import { sql, type Database } from '@keelson/persistence';
import type { Metrics } from '@keelson/runtime';

const STUCK = sql(
  'stuck_orders.count',
  `select count(*)::int as stuck
     from outbox w join orders o on o.signal_id = w.signal_id
    where w.step = 'route' and o.status in ('submitted', 'unknown') and o.deadline < now() - interval '2 seconds'`,
);

/** Orders whose deadline has passed by seconds without a definitive answer; every team's, seen by the relay. */
export async function countStuckOrders(database: Database): Promise<number> {
  const rows = await database.relay((tx) => tx.query<{ stuck: number }>(STUCK));
  return rows[0]!.stuck;
}

export function stuckOrderCheck(database: Database, metrics: Metrics): () => Promise<void> {
  return async () => metrics.set('keelson_orders_stuck', {}, await countStuckOrders(database));
}
