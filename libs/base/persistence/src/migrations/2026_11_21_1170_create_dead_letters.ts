import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

/** Messages that fail again and again leave the outbox, with their error, for somebody to look at. */
export class CreateDeadLetters implements MigrationInterface {
  readonly name = 'CreateDeadLetters1763727000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table keelson.outbox add column failures integer not null default 0;
      comment on column keelson.outbox.failures is
        'attempts that failed by the message''s own fault; those that Postgres or the network failed are not counted';
      grant select (failures) on keelson.outbox to keelson_relay;

      create table keelson.dead_letters (
        outbox_id uuid not null,
        step text not null,
        team_id uuid not null references keelson.teams,
        signal_id uuid not null,
        type text not null,
        key text not null,
        payload jsonb not null,
        failures integer not null,
        error text not null,
        created_at timestamptz not null,
        failed_at timestamptz not null default clock_timestamp(),
        resolution text check (resolution in ('replayed', 'settled')),
        resolved_at timestamptz,
        reason text,
        primary key (outbox_id, step),
        check ((resolution is null) = (resolved_at is null)),
        check ((resolution is null) = (reason is null))
      );
      comment on table keelson.dead_letters is 'messages that no attempt could handle; their signals stand still until one is replayed or settled';
      create index dead_letters_open on keelson.dead_letters (team_id, failed_at) where resolution is null;
    `);
    await tenantTable(runner, 'dead_letters', 'select, insert, update');
    await runner.query(`
      create policy relay on keelson.dead_letters for select to keelson_relay using (true);
      grant select (outbox_id, step, team_id, resolution) on keelson.dead_letters to keelson_relay;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table keelson.dead_letters;
      revoke select (failures) on keelson.outbox from keelson_relay;
      alter table keelson.outbox drop column failures;
    `);
  }
}
