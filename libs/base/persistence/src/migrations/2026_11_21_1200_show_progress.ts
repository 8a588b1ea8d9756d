import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * When each worker last took stock of what is due. The lock of its session shows that a worker's process exists; only
 * this shows that it works: one that is frozen keeps its session.
 */
export class ShowProgress implements MigrationInterface {
  readonly name = 'ShowProgress1763728800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.worker_progress (
        owner integer primary key,
        at timestamptz not null
      ) with (fillfactor = 50);
      comment on table keelson.worker_progress is 'a row per worker, so that a frozen one holds up nobody; old ones are removed by whoever starts';
      grant select, insert, update, delete on keelson.worker_progress to keelson_app, keelson_relay;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table keelson.worker_progress');
  }
}
