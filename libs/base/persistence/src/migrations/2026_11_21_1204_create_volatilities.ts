import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What options on a symbol implied about its volatility, a day each: what a rank within the year is made of. */
export class CreateVolatilities implements MigrationInterface {
  readonly name = 'CreateVolatilities1763729040000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.implied_volatilities (
        symbol text not null references keelson.instruments,
        day date not null,
        volatility numeric(12,6) not null check (volatility > 0),
        source text not null,
        recorded_at timestamptz not null default clock_timestamp(),
        primary key (symbol, day)
      );
      comment on table keelson.implied_volatilities is 'of the underlying, as its operator''s data vendor publishes it; platform rows, since a price belongs to no team';
      comment on column keelson.implied_volatilities.volatility is 'of a year, as a fraction: 0.25 is 25 percent';
      grant select on keelson.implied_volatilities to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table keelson.implied_volatilities');
  }
}
