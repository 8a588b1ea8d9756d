import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The price at which a contract ended: one for every account that holds it, however late an account is settled. */
export class SettleContracts implements MigrationInterface {
  readonly name = 'SettleContracts1763728860000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.settlements (
        symbol text primary key references keelson.instruments,
        price numeric(30,12) not null check (price >= 0),
        source text not null,
        priced_at timestamptz not null,
        recorded_at timestamptz not null default clock_timestamp()
      );
      comment on table keelson.settlements is 'never changed: what was booked by it stays explained';
      comment on column keelson.settlements.price is 'of an option, what its underlying was worth; of a future, its own';
      grant select, insert on keelson.settlements to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table keelson.settlements');
  }
}
