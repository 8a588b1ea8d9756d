import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import { scopeKey } from '@keelson/risk';
import type { Halt } from './halt.ts';
import { haltColumns, haltOf, type HaltRow, OWES } from './halts.store.ts';

/** A halt that took protective orders, is done, and whose scope trades again. */
export interface OwingHalt extends Halt {
  readonly resumedAt: Date;
}

const OWING = sql(
  'halts.owing_exits',
  `select ${haltColumns('h')}, t.changed_at as resumed_at
     from halts h join trading_states t on t.scope = h.scope
    where ${OWES} order by h.requested_at`,
);

/** Halts of every team that owe exits to open positions; for the relay. */
export async function owingHalts(tx: Tx): Promise<readonly OwingHalt[]> {
  const rows = await tx.query<HaltRow & { readonly resumed_at: Date }>(OWING);
  return rows.map((row) => ({ ...haltOf(row), resumedAt: row.resumed_at }));
}

const TAKEN = sql(
  'halts.taken_exits',
  `select o.signal_id,
          coalesce(array_agg(o.order_id order by o.leg, o.revision) filter (where o.completed_at is not null), '{}') as order_ids,
          bool_or(o.completed_at is null) as ending
     from orders o join signals s on s.signal_id = o.signal_id
    where o.team_id = $1 and o.role in ('take_profit', 'stop_loss') and o.cancel_requested_at is null
      and o.created_at < $4
      and (o.completed_at is null and o.submitted_at < $3 or o.completed_at >= $2 and o.status = 'cancelled')
      and case split_part($5, ':', 1)
            when 'account' then $5 = 'account:' || o.account_id
            when 'strategy' then $5 = 'strategy:' || o.team_id || ':' || s.strategy
            when 'symbol' then $5 = 'symbol:' || o.team_id || ':' || o.symbol
            else true end
    group by o.signal_id`,
);

/** Exits of one signal that ended while a halt was in force, and that nobody had asked to end. */
export interface Taken {
  readonly signalId: Id;
  readonly orderIds: readonly Id[];
  /** True while our books have not heard the end of one that its venue has shown to be gone. */
  readonly ending: boolean;
}

/** What a halt took, or kept from leaving, of the exits of the transaction's team. */
export async function takenExits(
  tx: Tx,
  { scope, blockedAt, finishedAt, resumedAt }: OwingHalt,
): Promise<readonly Taken[]> {
  const values = [tx.teamId, blockedAt, finishedAt, resumedAt, scopeKey(scope)];
  const rows = await tx.query<{ signal_id: Id; order_ids: Id[]; ending: boolean }>(TAKEN, values);
  return rows.map(({ signal_id, order_ids, ending }) => ({ signalId: signal_id, orderIds: order_ids, ending }));
}

const SETTLE = sql(
  'halts.settle_exits',
  `update halts set exits_settled_at = case when $2::text is null then clock_timestamp() end, problem = $2
    where halt_id = $1 and exits_settled_at is null`,
);

/** A halt owes no exits any more, or says what keeps them; for the relay. */
export function settleExits(tx: Tx, haltId: Id, problem: string | undefined): void {
  tx.execute(SETTLE, [haltId, problem?.slice(0, 500) ?? null]);
}
