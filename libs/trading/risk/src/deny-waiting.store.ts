import { sql, type Tx } from '@keelson/persistence';
import type { Side } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';

/**
 * The verdict that decide would come to, for many signals at once: a scope of theirs is HALTED, and that check is the
 * first of all. Whatever is in doubt (no row of the platform, a verdict that is there already, somebody else's lease) is
 * left to decide, which looks at everything.
 */
const DENY = sql(
  'risk.deny_waiting',
  `with due as (
     select w.outbox_id, w.ctid as place, s.signal_id, s.account_id, s.strategy, s.symbol, s.side, s.quantity, s.received_at,
            scopes.generation
       from outbox w
       join signals s on s.signal_id = w.signal_id
      cross join lateral (
        select coalesce(sum(t.halt_generation), 0)::bigint as generation, bool_or(t.state = 'HALTED') as halted
          from trading_states t
         where t.scope = any(trading_scopes(s.team_id, s.account_id, s.strategy, s.symbol, s.legs))) scopes
      where w.team_id = $1 and w.step = 'decide' and (w.owner is null or w.owner = $2 or w.lease_until < now())
        and scopes.halted
        -- Known before the first row is read: a backlog of a team of which nothing is halted costs nothing here.
        and exists (select from trading_states where state = 'HALTED')
      limit $3
        for update of w skip locked),
   denied as (
     insert into verdicts (signal_id, team_id, approved, code, checks, halt_generation, account_id, strategy, limits_version)
     select d.signal_id, $1, false, 'halted',
            jsonb_build_array(jsonb_build_object('check', 'halted', 'denied', 'halted', 'numbers',
              jsonb_build_object('trading_state', 'HALTED', 'halt_generation', d.generation::text))),
            d.generation, d.account_id, d.strategy, coalesce(v.version, 0)
       from due d left join limit_versions v on v.account_id = d.account_id
     on conflict (signal_id) do nothing
     returning signal_id, decided_at),
   ended as (
     -- By place, as the rows are locked: with what is known of a table that is empty most of the time, each of them would be
     -- looked for among all that wait.
     delete from outbox w where w.ctid = any(array(select place from due join denied using (signal_id))))
   select d.outbox_id, d.signal_id, d.account_id, d.symbol, d.side, trim_scale(d.quantity)::text as quantity,
          d.generation::text as generation, d.received_at, n.decided_at
     from due d join denied n using (signal_id)
    order by d.received_at, d.signal_id`,
);

/** A signal that was denied with many others. */
export interface DeniedRow {
  readonly outbox_id: Id;
  readonly signal_id: Id;
  readonly account_id: Id;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly generation: string;
  readonly received_at: Date;
  readonly decided_at: Date;
}

/** Writes the verdicts and ends the messages of up to `limit` signals of the transaction's team. */
export async function denyHalted(tx: Tx, owner: number, limit: number): Promise<readonly DeniedRow[]> {
  return tx.query<DeniedRow & Record<string, unknown>>(DENY, [tx.teamId, owner, limit]);
}
