import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a halt took from a position that is still open is placed again once its scope trades; the halt remembers until then
 * that it owes this. Halts from before this release owe nothing.
 */
export class SettleExitsAfterHalt implements MigrationInterface {
  readonly name = 'SettleExitsAfterHalt1763731260000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table keelson.halts add column exits_settled_at timestamptz default now();
      alter table keelson.halts alter column exits_settled_at drop default;
      comment on column keelson.halts.exits_settled_at is 'when exits that it took were back, or nothing was left for them to protect; null: not yet, or it is still in force';
      create index halts_owing_exits on keelson.halts (requested_at) where exits_settled_at is null and (cancel_all or flatten);
      grant update (exits_settled_at) on keelson.halts to keelson_relay;
      create index orders_exits on keelson.orders (team_id, completed_at) where role in ('take_profit', 'stop_loss');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index keelson.orders_exits;
      revoke update (exits_settled_at) on keelson.halts from keelson_relay;
      alter table keelson.halts drop column exits_settled_at;
    `);
  }
}
