import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

/**
 * What each account's comparison with its venue last came to, and every difference that was found. The row of an account
 * is as old as the account: one that nobody has compared yet is unknown, and unknown does not trade.
 */
export class CreateReconciliation implements MigrationInterface {
  readonly name = 'CreateReconciliation1763726400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.reconciliations (
        account_id uuid primary key references keelson.accounts on delete cascade,
        team_id uuid not null,
        broker text not null,
        exempt boolean not null default false,
        state text not null default 'unknown' check (state in ('unknown', 'differing', 'clean')),
        vouched_until timestamptz,
        due_at timestamptz not null default clock_timestamp(),
        checked_at timestamptz,
        verified_until timestamptz,
        working uuid[],
        cash_baseline jsonb not null default '{}',
        checks bigint not null default 0,
        failure text,
        owner integer,
        fence bigint,
        lease_until timestamptz
      ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 2000);
      comment on column keelson.reconciliations.exempt is 'its venue is inside the process and has no books of its own';
      comment on column keelson.reconciliations.vouched_until is 'until when the last comparison lets the account trade; null: not since the fleet began';
      comment on column keelson.reconciliations.due_at is 'when it is to be compared; a comparison that fails leaves it where it was, so that its age shows';
      comment on column keelson.reconciliations.verified_until is 'the venue''s time up to which every execution was found on both sides';
      comment on column keelson.reconciliations.working is 'our orders that were open at the last comparison; null: not known';
      comment on column keelson.reconciliations.cash_baseline is 'per currency, what the venue held beyond our ledger when the account was first compared';

      create table keelson.reconciliation_drifts (
        drift_id uuid primary key,
        team_id uuid not null,
        account_id uuid not null,
        broker text not null,
        kind text not null,
        subject text not null,
        symbol text,
        ours jsonb,
        venue jsonb,
        treatment text not null check (treatment in ('repair', 'adopt', 'cancel', 'note', 'operator')),
        state text not null default 'open' check (state in ('open', 'repaired', 'accepted_venue', 'accepted_ours')),
        attempts integer not null default 0,
        problem text,
        led_to text check (led_to in ('REDUCING', 'HALTED')),
        found_at timestamptz not null default clock_timestamp(),
        ended_at timestamptz,
        actor text,
        reason text,
        check ((state = 'open') = (ended_at is null)),
        check (state not like 'accepted%' or (actor is not null and reason is not null))
      );
      comment on table keelson.reconciliation_drifts is 'differences that outlived a second look; the id follows from what differs, so one difference is one row';
      comment on column keelson.reconciliation_drifts.subject is 'what it is about: an execution, an order, a symbol, a currency';
      create index reconciliation_drifts_open on keelson.reconciliation_drifts (account_id) where ended_at is null;
      create index reconciliation_drifts_by_team on keelson.reconciliation_drifts (team_id, found_at);
      create index fills_by_time on keelson.fills (team_id, executed_at);
    `);
    await tenantTable(runner, 'reconciliations', 'select, insert, update');
    await tenantTable(runner, 'reconciliation_drifts', 'select, insert, update');
    await runner.query(`
      create policy relay on keelson.reconciliations to keelson_relay using (true);
      grant select, update on keelson.reconciliations to keelson_relay;
      create policy relay on keelson.reconciliation_drifts for select to keelson_relay using (true);
      grant select (drift_id, team_id, account_id, kind, state, treatment, led_to, found_at, ended_at)
        on keelson.reconciliation_drifts to keelson_relay;
      grant insert, delete on keelson.leases to keelson_relay;

      create function keelson.begin_reconciliation() returns trigger language plpgsql set search_path = keelson as $$
        begin
          insert into reconciliations (account_id, team_id, broker, exempt)
          values (new.account_id, new.team_id, new.broker, new.broker = 'loopback');
          return null;
        end $$;
      create trigger accounts_begin_reconciliation after insert on keelson.accounts
        for each row execute function keelson.begin_reconciliation();
      do $$
        declare team uuid;
        begin
          for team in select keelson.every_team() loop
            perform set_config('keelson.team_id', team::text, true);
            insert into keelson.reconciliations (account_id, team_id, broker, exempt)
            select account_id, team_id, broker, broker = 'loopback' from keelson.accounts where team_id = team;
          end loop;
        end $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger accounts_begin_reconciliation on keelson.accounts;
      drop function keelson.begin_reconciliation;
      drop index keelson.fills_by_time;
      drop table keelson.reconciliation_drifts, keelson.reconciliations;
      revoke insert, delete on keelson.leases from keelson_relay;
    `);
  }
}
