import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What somebody is to be told, by which channel: one row each, until it is delivered or given up. */
export class CreateNotifications implements MigrationInterface {
  readonly name = 'CreateNotifications1763729100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.notifications (
        notification_id uuid primary key,
        channel text not null,
        subject text not null,
        body jsonb not null,
        state text not null default 'waiting' check (state in ('waiting', 'delivered', 'given_up')),
        attempts integer not null default 0,
        due_at timestamptz not null default clock_timestamp(),
        created_at timestamptz not null default clock_timestamp(),
        ended_at timestamptz,
        problem text,
        check ((state = 'waiting') = (ended_at is null))
      );
      comment on table keelson.notifications is 'platform rows: the id follows from what is told and the channel, so nothing is told twice by us';
      comment on column keelson.notifications.due_at is 'of one under way: when somebody else may take it up';
      create index notifications_due on keelson.notifications (due_at) where state = 'waiting';
      grant select, insert, update, delete on keelson.notifications to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table keelson.notifications');
  }
}
