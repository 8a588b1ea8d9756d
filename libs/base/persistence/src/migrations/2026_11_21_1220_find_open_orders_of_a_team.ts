import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Row-level security asks for the team as well. Without it in the index of open orders the planner looked the team up in
 * orders_by_team and met both: every verdict read all orders that the team ever had.
 */
export class FindOpenOrdersOfATeam implements MigrationInterface {
  readonly name = 'FindOpenOrdersOfATeam1763730000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index keelson.orders_open;
      create index orders_open on keelson.orders (account_id, symbol, team_id) where completed_at is null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index keelson.orders_open;
      create index orders_open on keelson.orders (account_id, symbol) where completed_at is null;
    `);
  }
}
