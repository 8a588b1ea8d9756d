import type { Id } from '@keelson/kernel';
import { pruneNotifications } from '@keelson/messaging';
import { sql, type Database } from '@keelson/persistence';

const TEAMS = sql('retention.teams', 'select every_team() as team_id');
const DEDUPE = sql('retention.dedupe', 'delete from webhook_dedupe where team_id = $1 and expires_at < now()');
const EVENTS = sql(
  'retention.events',
  `delete from stream_events where team_id = $1 and created_at < now() - interval '7 days'`,
);
const BODIES = sql(
  'retention.bodies',
  `update receipts set body = '' where team_id = $1 and received_at < now() - interval '30 days' and body <> ''`,
);

/**
 * Deletes what has had its time: dedupe keys past their end, stream events of more than a week, bodies of receipts of
 * more than thirty days; notifications an hour after their delivery. The receipt itself, with the hash of its body, stays
 * as long as its signal does.
 */
export function receiptRetention(database: Database): () => Promise<void> {
  return async () => {
    await database.platform(async (tx) => pruneNotifications(tx));
    const teams = await database.platform((tx) => tx.query<{ team_id: Id }>(TEAMS));
    for (const { team_id: teamId } of teams) {
      await database.transaction(teamId, async (tx) => {
        tx.execute(DEDUPE, [teamId]);
        tx.execute(EVENTS, [teamId]);
        tx.execute(BODIES, [teamId]);
      });
    }
  };
}
