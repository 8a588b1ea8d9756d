import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What operators need: which alerts fire, when each schedule last ran. Platform rows, no tenant in them. */
export class CreateOperations implements MigrationInterface {
  readonly name = 'CreateOperations1763719800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.alerts (
        alert text primary key,
        state text not null check (state in ('inactive', 'pending', 'firing')),
        value numeric not null,
        since timestamptz not null,
        evaluated_at timestamptz not null
      );
      create table keelson.schedule_runs (
        name text primary key,
        last_started_at timestamptz not null,
        last_finished_at timestamptz,
        last_error text,
        runs bigint not null default 0,
        fence bigint not null
      );
      grant select, insert, update on keelson.alerts, keelson.schedule_runs to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table keelson.schedule_runs, keelson.alerts');
  }
}
