import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The outbox, leases and the numbers that owners are known by. */
export class CreateMessaging implements MigrationInterface {
  readonly name = 'CreateMessaging1763716200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create sequence keelson.owner_numbers as integer minvalue 1 maxvalue 2147483647 cycle;
      create sequence keelson.fences;
      grant usage on keelson.owner_numbers, keelson.fences to keelson_app, keelson_relay;

      create table keelson.outbox (
        outbox_id uuid not null,
        step text not null,
        team_id uuid not null,
        signal_id uuid not null,
        type text not null,
        key text not null,
        payload jsonb not null,
        created_at timestamptz not null default clock_timestamp(),
        owner integer,
        fence bigint,
        lease_until timestamptz,
        attempts integer not null default 0,
        primary key (outbox_id, step)
      ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 2000,
              autovacuum_vacuum_cost_delay = 0);
      comment on table keelson.outbox is 'one row per message and step that still owes it work; gone when the work is committed';
      comment on column keelson.outbox.owner is 'process that holds the lease: the number of its advisory session lock';

      create table keelson.leases (
        name text primary key,
        owner integer not null,
        fence bigint not null,
        lease_until timestamptz not null,
        cursor text
      );
      comment on table keelson.leases is 'exactly one holder per name: the scheduler, the listener of a venue';

      alter table keelson.outbox enable row level security;
      alter table keelson.outbox force row level security;
      create policy team on keelson.outbox to keelson_app using (team_id = (select keelson.current_team()));
      create policy relay on keelson.outbox to keelson_relay using (true);
      grant select, insert, update, delete on keelson.outbox to keelson_app;
      grant select (outbox_id, step, team_id, signal_id, created_at, owner, fence, lease_until) on keelson.outbox to keelson_relay;
      grant update (owner, fence, lease_until) on keelson.outbox to keelson_relay;
      grant select, insert, update, delete on keelson.leases to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table keelson.leases, keelson.outbox;
      drop sequence keelson.fences, keelson.owner_numbers;
    `);
  }
}
