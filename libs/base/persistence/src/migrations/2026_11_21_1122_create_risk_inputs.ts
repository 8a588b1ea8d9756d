import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

/** What checks look at beside limits: funds of an account, symbols that may not be traded, decisions made ahead; and the sweep. */
export class CreateRiskInputs implements MigrationInterface {
  readonly name = 'CreateRiskInputs1763724120000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.account_funds (
        account_id uuid primary key references keelson.accounts,
        team_id uuid not null,
        currency text not null,
        equity numeric(30,12) not null,
        buying_power numeric(30,12) not null,
        source text not null,
        at timestamptz not null default clock_timestamp()
      ) with (fillfactor = 50);
      comment on table keelson.account_funds is 'what the venue last said that an account is worth; limits in percent are of this equity';

      create table keelson.restricted_symbols (
        team_id uuid not null,
        symbol text not null,
        scope text not null default 'team' check (scope ~ '^(team$|account:)'),
        reason text not null,
        actor text not null,
        restricted_at timestamptz not null default clock_timestamp(),
        primary key (team_id, symbol, scope)
      );

      create table keelson.cached_decisions (
        team_id uuid not null,
        strategy text not null,
        symbol text not null,
        regime text not null,
        decision text not null check (decision in ('allow', 'deny')),
        reason text not null,
        decided_at timestamptz not null default clock_timestamp(),
        expires_at timestamptz not null,
        primary key (team_id, strategy, symbol, regime)
      );
      comment on table keelson.cached_decisions is 'made ahead by beat; past expires_at it counts as not there';
    `);
    await tenantTable(runner, 'account_funds', 'select, insert, update');
    await tenantTable(runner, 'restricted_symbols', 'select, insert, update, delete');
    await tenantTable(runner, 'cached_decisions', 'select, insert, update, delete');
    await runner.query(`
      grant select (account_id, scope, reserved, team_id) on keelson.exposures to keelson_resolver;
      create policy resolve on keelson.exposures for select to keelson_resolver using (true);
      grant select (account_id, symbol, reserved, completed_at) on keelson.orders to keelson_resolver;
      grant select (type, payload, signal_id) on keelson.outbox to keelson_resolver;
      grant select (signal_id, strategy, symbol) on keelson.signals to keelson_resolver;
      create policy resolve on keelson.signals for select to keelson_resolver using (true);

      create function keelson.exposure_drifts()
        returns table (team_id uuid, account_id uuid, scope text, reserved numeric, open_remainder numeric)
        language sql stable security definer set search_path = keelson as $$
          with remainders as (
            select o.account_id, s.strategy, s.symbol, o.reserved as amount
              from orders o join signals s on s.signal_id = o.signal_id
             where o.completed_at is null and o.reserved <> 0
            union all
            select (w.payload->>'accountId')::uuid, s.strategy, s.symbol, (w.payload->>'notional')::numeric
              from outbox w join signals s on s.signal_id = w.signal_id
             where w.step = 'place'
          ), sums as (
            select r.account_id, scoped.scope, sum(r.amount) as amount
              from remainders r
             cross join lateral (values ('account'), ('strategy:' || r.strategy), ('symbol:' || r.symbol)) scoped (scope)
             group by r.account_id, scoped.scope
          )
          select e.team_id, e.account_id, e.scope, e.reserved, coalesce(sums.amount, 0)
            from exposures e
            left join sums on sums.account_id = e.account_id and sums.scope = e.scope
           where e.reserved <> coalesce(sums.amount, 0)
        $$;
      comment on function keelson.exposure_drifts is 'where reserved is not the sum of what is open; one snapshot, so there are no false ones';
      grant create on schema keelson to keelson_resolver;
      alter function keelson.exposure_drifts owner to keelson_resolver;
      revoke create on schema keelson from keelson_resolver;
      revoke all on function keelson.exposure_drifts from public;
      grant execute on function keelson.exposure_drifts to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function keelson.exposure_drifts;
      drop policy resolve on keelson.signals;
      drop policy resolve on keelson.exposures;
      revoke select (signal_id, strategy, symbol) on keelson.signals from keelson_resolver;
      revoke select (type, payload, signal_id) on keelson.outbox from keelson_resolver;
      revoke select (account_id, symbol, reserved, completed_at) on keelson.orders from keelson_resolver;
      revoke select (account_id, scope, reserved, team_id) on keelson.exposures from keelson_resolver;
      drop table keelson.cached_decisions, keelson.restricted_symbols, keelson.account_funds;
    `);
  }
}
