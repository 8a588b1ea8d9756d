import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

/** The event log that clients resume from. */
export class CreateStream implements MigrationInterface {
  readonly name = 'CreateStream1763719200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.stream_epochs (
        epoch uuid primary key default gen_random_uuid(),
        started_at timestamptz not null default now()
      );
      comment on table keelson.stream_epochs is 'one row: the incarnation of this event log; a restored log gets another';
      insert into keelson.stream_epochs default values;
      grant select on keelson.stream_epochs to keelson_app;

      create table keelson.stream_offsets (
        team_id uuid primary key references keelson.teams,
        orders bigint not null default 0,
        trades bigint not null default 0,
        ledger bigint not null default 0,
        system bigint not null default 0
      ) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 2000);
      comment on table keelson.stream_offsets is 'last offset per channel; one row a team, so one lock and no order of locks';

      create table keelson.stream_events (
        team_id uuid not null,
        channel text not null check (channel in ('orders', 'trades', 'ledger', 'system')),
        stream_offset bigint not null,
        event text not null,
        signal_id uuid,
        data jsonb not null,
        created_at timestamptz not null default clock_timestamp(),
        primary key (team_id, channel, stream_offset)
      );
      create unique index stream_events_one_terminal on keelson.stream_events (team_id, signal_id)
        where channel = 'orders'
          and event in ('order.filled', 'order.denied', 'order.rejected', 'order.expired', 'order.cancelled');
      create index stream_events_created_at on keelson.stream_events using brin (created_at);
    `);
    await tenantTable(runner, 'stream_offsets', 'select, insert, update');
    await tenantTable(runner, 'stream_events', 'select, insert, delete');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table keelson.stream_events, keelson.stream_offsets, keelson.stream_epochs');
  }
}
