import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

/**
 * Roles, teams and who may reach them. Roles belong to the whole server, so they are created when missing and never
 * dropped; everything else lives in the schema `keelson`.
 *
 * keelson_app       services log in as it; row-level security applies to it without exception. Its statements are look-ups
 *                   by key: one plan fits every value, and planning them anew would cost more than running them
 * keelson_relay     sees ids and team of carrier rows of every team (SET ROLE only, never inherited)
 * keelson_resolver  owns the few functions that find the team of a key
 */
export class CreateTenancy implements MigrationInterface {
  readonly name = 'CreateTenancy1763715600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const role of ['keelson_app', 'keelson_relay', 'keelson_resolver']) {
      await runner.query(`
        do $$ begin
          create role ${role} ${role === 'keelson_app' ? 'login' : 'nologin'} nobypassrls;
        exception when duplicate_object or unique_violation then null;
        end $$`);
    }
    await runner.query(`
      grant keelson_relay to keelson_app with inherit false, set true;
      grant keelson_resolver to current_user;
      alter role keelson_app set search_path = keelson;
      alter role keelson_app set plan_cache_mode = force_generic_plan;
      create schema keelson;
      grant usage on schema keelson to keelson_app, keelson_relay, keelson_resolver;
    `);
    await runner.query(`
      create function keelson.current_team() returns uuid language plpgsql stable parallel safe as $$
      declare
        team text := current_setting('keelson.team_id', true);
      begin
        if team is null or team = '' then
          raise exception 'no team is set in this transaction' using errcode = 'KE001',
            hint = 'run the query inside Database.transaction(teamId, …)';
        end if;
        return team::uuid;
      end $$;

      create table keelson.teams (
        team_id uuid primary key,
        name text not null,
        created_at timestamptz not null default now()
      );
      create table keelson.accounts (
        account_id uuid primary key,
        team_id uuid not null references keelson.teams,
        name text not null,
        broker text not null,
        mode text not null check (mode in ('paper', 'live')),
        currency text not null,
        may_sell_short boolean not null default false,
        created_at timestamptz not null default now()
      );
      create table keelson.webhook_keys (
        webhook_key_id uuid primary key,
        team_id uuid not null references keelson.teams,
        account_id uuid not null references keelson.accounts,
        path_id text not null unique,
        key_sha256 bytea not null unique,
        strategy text not null,
        rate_limit_per_minute integer,
        burst integer,
        created_at timestamptz not null default now(),
        revoked_at timestamptz
      );
      comment on column keelson.webhook_keys.rate_limit_per_minute is 'null means no limit';
      create table keelson.audit_events (
        audit_id uuid primary key,
        team_id uuid not null,
        actor text not null,
        action text not null,
        subject text not null,
        reason text,
        details jsonb not null default '{}',
        at timestamptz not null default now()
      );
      create table keelson.instruments (
        symbol text primary key,
        name text not null,
        kind text not null check (kind in ('equity', 'future', 'option', 'crypto', 'fx')),
        currency text not null,
        tick_size numeric(30,12) not null check (tick_size > 0),
        multiplier numeric(30,12) not null default 1 check (multiplier > 0)
      );
      create table keelson.instrument_aliases (
        ticker text primary key,
        symbol text not null references keelson.instruments
      );
      comment on table keelson.instrument_aliases is 'what senders call an instrument, in upper case';
    `);
    await tenantTable(runner, 'teams', 'select');
    await tenantTable(runner, 'accounts', 'select');
    await tenantTable(runner, 'webhook_keys', 'select');
    await tenantTable(runner, 'audit_events', 'select, insert');
    await runner.query(`
      grant select on keelson.instruments, keelson.instrument_aliases to keelson_app;

      grant select on keelson.webhook_keys, keelson.teams to keelson_resolver;
      create policy resolve on keelson.webhook_keys for select to keelson_resolver using (true);
      create policy resolve on keelson.teams for select to keelson_resolver using (true);
      create function keelson.resolve_webhook_key(wanted_path_id text, wanted_key_sha256 bytea)
        returns table (webhook_key_id uuid, team_id uuid, account_id uuid, strategy text,
                       rate_limit_per_minute integer, burst integer)
        language sql stable security definer set search_path = keelson as $$
          select webhook_key_id, team_id, account_id, strategy, rate_limit_per_minute, burst
            from webhook_keys
           where key_sha256 = wanted_key_sha256
             and revoked_at is null
             and (wanted_path_id is null or path_id = wanted_path_id)
        $$;
      create function keelson.every_team() returns setof uuid
        language sql stable security definer set search_path = keelson as $$ select team_id from teams $$;
      grant create on schema keelson to keelson_resolver;
      alter function keelson.resolve_webhook_key owner to keelson_resolver;
      alter function keelson.every_team owner to keelson_resolver;
      revoke create on schema keelson from keelson_resolver;
      revoke all on function keelson.resolve_webhook_key, keelson.every_team from public;
      grant execute on function keelson.resolve_webhook_key, keelson.every_team to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema keelson cascade');
  }
}
