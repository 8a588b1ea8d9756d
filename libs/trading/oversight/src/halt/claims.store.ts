import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';

const OPEN_CLAIMS = sql(
  'halt.open_claims',
  `select o.account_id, o.deadline, clock_timestamp() as now
     from outbox w
     join orders o on o.signal_id = w.signal_id
    where w.team_id = $1 and w.step in ('route', 'replace') and o.status in ('submitted', 'unknown')
      and o.account_id = any($2::uuid[])`,
);

/** An attempt that was claimed and whose end nobody has recorded. Times are those of Postgres. */
export interface OpenClaim {
  readonly accountId: Id;
  readonly deadline: Date;
  readonly now: Date;
}

/** Claims of these accounts that are not resolved; a claim whose order is in flight has its message in the outbox. */
export async function openClaims(tx: Tx, accountIds: readonly Id[]): Promise<readonly OpenClaim[]> {
  const rows = await tx.query<{ account_id: Id; deadline: Date | null; now: Date }>(OPEN_CLAIMS, [
    tx.teamId,
    accountIds,
  ]);
  return rows.map(({ account_id, deadline, now }) => ({
    accountId: account_id,
    // A claim without a deadline is not one that this code wrote: it stays open until somebody resolves it.
    deadline: deadline ?? new Date(8_640_000_000_000_000),
    now,
  }));
}

const OF_STRATEGY = sql(
  'halt.orders_of_strategy',
  `select o.client_order_id from orders o join signals s on s.signal_id = o.signal_id
    where s.team_id = $1 and s.strategy = $2 and o.account_id = $3 and o.completed_at is null`,
);

/** Client order ids of a strategy's orders that have not ended. */
export async function ordersOfStrategy(tx: Tx, strategy: string, accountId: Id): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ client_order_id: string }>(OF_STRATEGY, [tx.teamId, strategy, accountId]);
  return new Set(rows.map((row) => row.client_order_id));
}

const LAST_OUT = sql(
  'halt.last_order_out',
  `select max(e.payload ->> 'at') as at
     from orders o join broker_events e on e.order_id = o.order_id
    where o.team_id = $1 and o.created_at > $3 and o.account_id = $2 and e.type in ('broker.accepted', 'broker.filled')
      and not exists (select from halt_orders h where h.signal_id = o.signal_id)`,
);

/** When the venue says that it took the last order of an account placed since then; as it wrote it. */
export async function lastOrderOut(tx: Tx, accountId: Id, since: Date): Promise<string | undefined> {
  const [row] = await tx.query<{ at: string | null }>(LAST_OUT, [tx.teamId, accountId, since]);
  return row?.at ?? undefined;
}
