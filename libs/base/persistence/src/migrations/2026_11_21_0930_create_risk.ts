import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

/** Trading state, limits, exposure and verdicts. */
export class CreateRisk implements MigrationInterface {
  readonly name = 'CreateRisk1763717400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.trading_states (
        scope text primary key,
        team_id uuid,
        state text not null check (state in ('ACTIVE', 'REDUCING', 'HALTED')),
        halt_generation bigint not null default 0,
        reason text not null,
        actor text not null,
        changed_at timestamptz not null default clock_timestamp()
      );
      comment on column keelson.trading_states.scope is 'platform, team:<id> or account:<id>; a missing platform row counts as HALTED';
      alter table keelson.trading_states enable row level security;
      alter table keelson.trading_states force row level security;
      create policy team on keelson.trading_states using (team_id is null or team_id = (select keelson.current_team()));
      grant select, insert, update on keelson.trading_states to keelson_app;
      insert into keelson.trading_states (scope, state, reason, actor)
        values ('platform', 'ACTIVE', 'first start', 'migration');

      create table keelson.risk_limits (
        account_id uuid not null references keelson.accounts,
        name text not null check (name in ('max_notional', 'max_open_positions')),
        team_id uuid not null,
        value numeric(30,12) not null,
        version integer not null default 1,
        changed_at timestamptz not null default now(),
        primary key (account_id, name)
      );
      create table keelson.exposures (
        account_id uuid primary key references keelson.accounts,
        team_id uuid not null,
        held numeric(30,12) not null default 0 check (held >= 0),
        reserved numeric(30,12) not null default 0 check (reserved >= 0),
        maximum numeric(30,12) not null,
        version integer not null default 1
      ) with (fillfactor = 50);
      comment on column keelson.exposures.held is 'cost of open positions: sum of |quantity| x average price x multiplier';
      comment on column keelson.exposures.reserved is 'notional of approved intents that is not yet filled, cancelled or refused';

      create table keelson.verdicts (
        signal_id uuid primary key references keelson.signals,
        team_id uuid not null,
        approved boolean not null,
        code text,
        checks jsonb not null,
        halt_generation bigint not null,
        decided_at timestamptz not null default clock_timestamp()
      );
      comment on column keelson.verdicts.checks is 'each check that ran, in order, with the numbers it compared';

      create function keelson.reserve_exposure(wanted_account uuid, amount numeric) returns void
        language plpgsql as $$
        begin
          update keelson.exposures set reserved = reserved + amount
           where account_id = wanted_account and held + reserved + amount <= maximum;
          if not found then
            raise exception 'exposure limit of account % would be exceeded', wanted_account using errcode = 'KE010';
          end if;
        end $$;
      comment on function keelson.reserve_exposure is 'raises KE010 instead of answering, so that it may be pipelined ahead of COMMIT';
      grant execute on function keelson.reserve_exposure to keelson_app;
    `);
    await tenantTable(runner, 'risk_limits', 'select');
    await tenantTable(runner, 'exposures', 'select, update');
    await tenantTable(runner, 'verdicts', 'select, insert');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function keelson.reserve_exposure;
      drop table keelson.verdicts, keelson.exposures, keelson.risk_limits, keelson.trading_states;
    `);
  }
}
