import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

/**
 * Halts as procedures that survive whoever runs them, the orders by which they flatten, and who agreed to resume.
 * A halt of the whole platform belongs to no team; what it did to an account is a row of that account's team.
 */
export class CreateHalts implements MigrationInterface {
  readonly name = 'CreateHalts1763725800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.halts (
        halt_id uuid primary key,
        team_id uuid,
        scope text not null,
        cancel_all boolean not null,
        flatten boolean not null,
        phase text not null check (phase in ('block', 'cancel', 'flatten', 'verify', 'done')),
        halt_generation bigint,
        origin text not null check (origin in ('operator', 'dead_man', 'daily_loss', 'error_rate', 'runaway', 'stale_feed')),
        reason text not null,
        actor text not null,
        problem text,
        proof jsonb,
        requested_at timestamptz not null default clock_timestamp(),
        blocked_at timestamptz,
        finished_at timestamptz,
        check ((phase = 'done') = (finished_at is not null)),
        check (phase <> 'done' or proof is not null)
      );
      comment on column keelson.halts.halt_generation is 'of the scope''s own state, once it is blocked: what the orders of this halt are permitted by';
      comment on column keelson.halts.problem is 'why the last attempt at the phase did not get through';
      create unique index halts_unfinished on keelson.halts (scope) where finished_at is null;
      create index halts_by_team on keelson.halts (team_id, requested_at);
      alter table keelson.halts enable row level security;
      alter table keelson.halts force row level security;
      create policy team on keelson.halts to keelson_app using (team_id is null or team_id = (select keelson.current_team()));
      create policy relay on keelson.halts to keelson_relay using (true);
      grant select, insert, update on keelson.halts to keelson_app;
      grant select on keelson.halts to keelson_relay;
      grant update (phase, problem, proof, finished_at) on keelson.halts to keelson_relay;
      grant select on keelson.leases to keelson_relay;

      create table keelson.halt_accounts (
        halt_id uuid not null references keelson.halts,
        account_id uuid not null,
        team_id uuid not null,
        proof jsonb not null,
        proven_at timestamptz not null default clock_timestamp(),
        primary key (halt_id, account_id)
      );
      comment on table keelson.halt_accounts is 'what the venue showed of an account when its halt was done';

      create table keelson.halt_orders (
        signal_id uuid primary key,
        halt_id uuid not null references keelson.halts,
        account_id uuid not null,
        team_id uuid not null,
        symbol text not null,
        round integer not null,
        created_at timestamptz not null default clock_timestamp(),
        unique (halt_id, account_id, symbol, round)
      );
      comment on table keelson.halt_orders is 'the orders by which a halt flattens; the only ones that may leave while it binds';

      create table keelson.resume_approvals (
        scope text not null,
        halt_generation bigint not null,
        actor text not null,
        team_id uuid,
        reason text not null,
        approved_at timestamptz not null default clock_timestamp(),
        primary key (scope, halt_generation, actor)
      );
      comment on table keelson.resume_approvals is 'in prod two people agree that trading goes on, each by name, within fifteen minutes';
      alter table keelson.resume_approvals enable row level security;
      alter table keelson.resume_approvals force row level security;
      create policy team on keelson.resume_approvals using (team_id is null or team_id = (select keelson.current_team()));
      grant select, insert, update on keelson.resume_approvals to keelson_app;
    `);
    await tenantTable(runner, 'halt_accounts', 'select, insert, update');
    await tenantTable(runner, 'halt_orders', 'select, insert');
    await runner.query(`
      create function keelson.halt_permits(wanted_signal uuid) returns boolean language sql stable set search_path = keelson as $$
        select exists (
          select from halt_orders o
            join halts h on h.halt_id = o.halt_id
            join trading_states t on t.scope = h.scope
            join orders r on r.signal_id = o.signal_id and r.role = 'flatten' and r.reduce_only
           where o.signal_id = wanted_signal and h.phase = 'flatten' and h.flatten
             and t.state = 'HALTED' and t.halt_generation = h.halt_generation)
      $$;
      comment on function keelson.halt_permits is 'true for the reduce-only order of a halt that is flattening now, and whose block nobody has changed since';
      grant execute on function keelson.halt_permits to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function keelson.halt_permits;
      drop table keelson.resume_approvals, keelson.halt_orders, keelson.halt_accounts, keelson.halts;
      revoke select on keelson.leases from keelson_relay;
    `);
  }
}
