import type { StepName } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import { outboxDepth, type WakeUpQueue } from '@keelson/messaging';
import { sql, type Database } from '@keelson/persistence';
import type { Metrics } from '@keelson/runtime';

const FORGOTTEN = sql(
  'outbox_sweep.forgotten',
  `select outbox_id, step, team_id, signal_id from outbox
    where (owner is null and created_at < now() - interval '1 second') or lease_until < now() - interval '1 second'
    order by created_at limit 500`,
);

/**
 * Sends the wake-ups again that got lost: every worker sweeps by itself, this one reaches workers whose sweep is stuck.
 * A wake-up too many does nothing: its row is gone or leased.
 */
export function outboxSweep(database: Database, wakeUps: WakeUpQueue, metrics: Metrics): () => Promise<void> {
  return async () => {
    const { forgotten, waiting } = await database.relay(async (tx) => {
      const rows = tx.query<{ outbox_id: Id; step: StepName; team_id: Id; signal_id: Id }>(FORGOTTEN);
      const depth = outboxDepth(tx);
      return { forgotten: await rows, waiting: await depth };
    });
    metrics.set('keelson_outbox_depth', {}, waiting.depth);
    metrics.set('keelson_outbox_oldest_age_seconds', {}, waiting.oldestAgeSeconds);
    for (const row of forgotten) {
      wakeUps.send({ outboxId: row.outbox_id, step: row.step, teamId: row.team_id, signalId: row.signal_id });
    }
  };
}
