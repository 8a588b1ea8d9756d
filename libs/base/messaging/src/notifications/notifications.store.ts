import { deriveId, type Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { Notification } from './notification.ts';

const ADD = sql(
  'notifications.add',
  `insert into notifications (notification_id, channel, subject, body) values ($1, $2, $3, $4) on conflict do nothing`,
);

/** Leaves something to be told by a channel, in the transaction that makes it true; the same key is told once. */
export function notify(
  tx: Tx,
  channel: string,
  { key, subject, body }: { readonly key: string } & Pick<Notification, 'subject' | 'body'>,
): void {
  tx.execute(ADD, [deriveId('notification', channel, key), channel, subject.slice(0, 500), JSON.stringify(body)]);
}

const TAKE = sql(
  'notifications.take',
  `update notifications n
      set attempts = n.attempts + 1, due_at = clock_timestamp() + $3 * interval '1 millisecond'
     from (select notification_id from notifications
            where state = 'waiting' and due_at <= clock_timestamp() and channel = any ($1)
            order by due_at limit $2 for update skip locked) due
    where n.notification_id = due.notification_id
   returning n.notification_id, n.channel, n.subject, n.body, n.attempts`,
);

export interface Taken extends Notification {
  readonly channel: string;
  /** This one included. */
  readonly attempts: number;
}

/** Takes what is due, for so long: whoever dies over it leaves it to the next. */
export async function takeDue(tx: Tx, channels: readonly string[], limit: number, forMs: number): Promise<Taken[]> {
  const rows = await tx.query<Omit<Taken, 'notificationId'> & { notification_id: Id }>(TAKE, [channels, limit, forMs]);
  return rows.map(({ notification_id: notificationId, ...row }) => ({ ...row, notificationId }));
}

const DELIVERED = sql(
  'notifications.delivered',
  `update notifications set state = 'delivered', ended_at = clock_timestamp(), problem = null
    where notification_id = $1 and state = 'waiting'`,
);

export function noteDelivered(tx: Tx, notificationId: Id): void {
  tx.execute(DELIVERED, [notificationId]);
}

const FAILED = sql(
  'notifications.failed',
  `update notifications
      set problem = $2, due_at = clock_timestamp() + coalesce($3, 0) * interval '1 millisecond',
          state = case when $3 is null then 'given_up' else 'waiting' end,
          ended_at = case when $3 is null then clock_timestamp() end
    where notification_id = $1 and state = 'waiting' and attempts = $4`,
);

/** An attempt failed: it is made again after so many milliseconds, or, without a number, never. */
export function noteFailed(
  tx: Tx,
  { notificationId, attempts }: Taken,
  problem: string,
  againAfterMs: number | undefined,
): void {
  tx.execute(FAILED, [notificationId, problem.slice(0, 500), againAfterMs ?? null, attempts]);
}

const PRUNE = sql(
  'notifications.prune',
  `delete from notifications
    where (state = 'delivered' and ended_at < clock_timestamp() - interval '1 hour')
       or (state = 'given_up' and ended_at < clock_timestamp() - interval '30 days')`,
);

/** Results of what was delivered are kept for an hour, what was given up for a month. */
export function pruneNotifications(tx: Tx): void {
  tx.execute(PRUNE);
}
