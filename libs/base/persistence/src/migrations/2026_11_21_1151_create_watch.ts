import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

const READS = {
  signals: 'signal_id, team_id, account_id, strategy, received_at, origin',
  risk_limits: 'account_id, team_id, scope, name, value',
  account_days: 'account_id, team_id, trading_day, realised_profit, fees',
  account_funds: 'account_id, team_id, equity',
  watch_rules: 'team_id, rule, threshold, window_ms, enabled',
  trading_states: 'scope, team_id, state',
};

/**
 * What pulls the halt by itself: heartbeats that somebody must renew, and rules that look at what happens. The functions
 * hand facts of every team to the watch, which judges them; none says anything of a scope that is halted already.
 */
export class CreateWatch implements MigrationInterface {
  readonly name = 'CreateWatch1763725860000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.heartbeats (
        team_id uuid not null references keelson.teams,
        name text not null,
        scope text not null,
        within_ms integer not null check (within_ms between 500 and 86400000),
        cancel_all boolean not null default false,
        flatten boolean not null default false,
        armed boolean not null default true,
        renewed_at timestamptz not null default clock_timestamp(),
        renewed_by text not null,
        primary key (team_id, name)
      ) with (fillfactor = 50);
      comment on table keelson.heartbeats is 'dead man''s switches: one that is armed and not renewed in time halts its scope';

      create table keelson.watch_rules (
        team_id uuid not null references keelson.teams,
        rule text not null check (rule in ('daily_loss', 'error_rate', 'runaway', 'stale_feed')),
        enabled boolean not null,
        threshold numeric(30,12) check (threshold > 0),
        window_ms integer check (window_ms between 100 and 3600000),
        reason text not null,
        actor text not null,
        changed_at timestamptz not null default clock_timestamp(),
        primary key (team_id, rule)
      );
      comment on table keelson.watch_rules is 'where a team differs from the defaults; without a row every rule is on';
    `);
    await tenantTable(runner, 'heartbeats', 'select, insert, update, delete');
    await tenantTable(runner, 'watch_rules', 'select, insert, update, delete');
    await runner.query(`
      create policy relay on keelson.heartbeats for select to keelson_relay using (true);
      grant select on keelson.heartbeats to keelson_relay;
      create policy relay on keelson.trading_states for select to keelson_relay using (true);
      grant select on keelson.trading_states to keelson_relay;
    `);
    for (const [table, columns] of Object.entries(READS)) {
      await runner.query(`grant select (${columns}) on keelson.${table} to keelson_resolver`);
    }
    for (const table of ['risk_limits', 'account_days', 'account_funds', 'watch_rules', 'trading_states']) {
      await runner.query(`create policy watch on keelson.${table} for select to keelson_resolver using (true)`);
    }
    await runner.query(`
      grant select (team_id, account_id, created_at, status) on keelson.orders to keelson_resolver;
      grant select (account_id, symbol, quantity, team_id) on keelson.positions to keelson_resolver;
      grant select (symbol, received_at) on keelson.quotes to keelson_resolver;
    `);
    await this.#createFunctions(runner);
  }

  async #createFunctions(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function keelson.is_halted(team uuid, wanted text[]) returns boolean language sql stable set search_path = keelson as $$
        select exists (select from trading_states
                        where state = 'HALTED' and scope = any(wanted || array['platform', 'team:' || team]))
      $$;

      create function keelson.watch_rates()
        returns table (team_id uuid, account_id uuid, strategy text, received integer, per_second numeric, factor numeric)
        language sql stable security definer set search_path = keelson as $$
          select t.team_id, recent.account_id, recent.strategy, recent.received, l.value, r.threshold
            from teams t
            left join watch_rules r on r.team_id = t.team_id and r.rule = 'runaway'
           cross join lateral (
             select s.account_id, s.strategy, count(*)::int as received from signals s
              where s.team_id = t.team_id and s.received_at > clock_timestamp() - interval '1 second' and s.origin = 'webhook'
              group by s.account_id, s.strategy) recent
           cross join lateral (
             select value from risk_limits
              where account_id = recent.account_id and name = 'max_orders_per_second'
                and scope in ('account', 'strategy:' || recent.strategy)
              order by scope desc limit 1) l
           where r.enabled is not false and l.value is not null and recent.received > l.value
             and not is_halted(t.team_id, array['strategy:' || t.team_id || ':' || recent.strategy])
        $$;
      comment on function keelson.watch_rates is 'strategies that received more in the last second than they may order; unlimited ones are not looked at';

      create function keelson.watch_errors(default_window_ms integer)
        returns table (team_id uuid, account_id uuid, failed integer, placed integer, at_least numeric)
        language sql stable security definer set search_path = keelson as $$
          select t.team_id, recent.account_id, recent.failed, recent.placed, r.threshold
            from teams t
            left join watch_rules r on r.team_id = t.team_id and r.rule = 'error_rate'
           cross join lateral (
             select o.account_id, count(*)::int as placed,
                    count(*) filter (where o.status in ('rejected', 'unknown'))::int as failed
               from orders o
              where o.team_id = t.team_id
                and o.created_at > clock_timestamp() - coalesce(r.window_ms, default_window_ms) * interval '1 millisecond'
              group by o.account_id) recent
           where r.enabled is not false and recent.failed > 0
             and not is_halted(t.team_id, array['account:' || recent.account_id])
        $$;

      create function keelson.watch_losses(today date)
        returns table (team_id uuid, account_id uuid, lost numeric, equity numeric, limit_percent numeric)
        language sql stable security definer set search_path = keelson as $$
          select d.team_id, d.account_id, -sum(d.realised_profit - d.fees), min(f.equity), min(l.value)
            from account_days d
            join account_funds f on f.account_id = d.account_id
            join risk_limits l on l.account_id = d.account_id and l.scope = 'account' and l.name = 'max_daily_loss_percent'
            left join watch_rules r on r.team_id = d.team_id and r.rule = 'daily_loss'
           where d.trading_day = today and r.enabled is not false and l.value is not null
             and not is_halted(d.team_id, array['account:' || d.account_id])
           group by d.team_id, d.account_id
          having sum(d.realised_profit - d.fees) < 0
        $$;

      create function keelson.watch_quotes()
        returns table (team_id uuid, symbol text, kind text, calendar text, age_seconds numeric, limit_seconds numeric,
                       factor numeric)
        language sql stable security definer set search_path = keelson as $$
          select p.team_id, p.symbol, i.kind, i.calendar, extract(epoch from clock_timestamp() - min(q.received_at)), min(l.value), min(r.threshold)
            from positions p
            join instruments i on i.symbol = p.symbol
            join risk_limits l on l.account_id = p.account_id and l.scope = 'account' and l.name = 'max_price_age_seconds'
            left join quotes q on q.symbol = p.symbol
            left join watch_rules r on r.team_id = p.team_id and r.rule = 'stale_feed'
           where p.quantity <> 0 and l.value is not null and r.enabled is not false
             and (q.received_at is null or q.received_at < clock_timestamp() - l.value * interval '1 second')
             and not is_halted(p.team_id, array['symbol:' || p.team_id || ':' || p.symbol])
           group by p.team_id, p.symbol, i.kind, i.calendar
        $$;
      comment on function keelson.watch_quotes is 'held symbols whose last price came longer ago than their account allows; null age: never';

      grant create on schema keelson to keelson_resolver;
      alter function keelson.watch_rates owner to keelson_resolver;
      alter function keelson.watch_errors owner to keelson_resolver;
      alter function keelson.watch_losses owner to keelson_resolver;
      alter function keelson.watch_quotes owner to keelson_resolver;
      revoke create on schema keelson from keelson_resolver;
      revoke all on function keelson.watch_rates, keelson.watch_errors, keelson.watch_losses, keelson.watch_quotes from public;
      grant execute on function keelson.watch_rates, keelson.watch_errors, keelson.watch_losses, keelson.watch_quotes to keelson_app;
      grant execute on function keelson.is_halted to keelson_app, keelson_resolver;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function keelson.watch_quotes, keelson.watch_losses, keelson.watch_errors, keelson.watch_rates, keelson.is_halted;
      revoke select (symbol, received_at) on keelson.quotes from keelson_resolver;
      revoke select (account_id) on keelson.positions from keelson_resolver;
      revoke select (created_at, status) on keelson.orders from keelson_resolver;
      drop policy watch on keelson.trading_states;
      drop policy watch on keelson.account_funds;
      drop policy watch on keelson.account_days;
      drop policy watch on keelson.risk_limits;
      revoke select on keelson.trading_states, keelson.account_days, keelson.account_funds, keelson.risk_limits from keelson_resolver;
      revoke select (team_id, account_id, received_at, origin) on keelson.signals from keelson_resolver;
      drop policy relay on keelson.trading_states;
      revoke select on keelson.trading_states from keelson_relay;
      drop table keelson.watch_rules, keelson.heartbeats;
    `);
  }
}
