import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SELF_TEST } from '../self-test.ts';

/**
 * What every kind of instrument needs to be traded: steps, hours, margin, expiry, what an option is on; roots of futures
 * with their rules, and the dated contracts of a root with the instant from which the next one is the front month.
 */
export class DescribeInstruments implements MigrationInterface {
  readonly name = 'DescribeInstruments1763723400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table keelson.instruments
        add quoted boolean not null default true,
        add lot_size numeric(30,12) not null default 1 check (lot_size > 0),
        add exchange text,
        add calendar text check (calendar in ('XNYS', 'CBOE_OPTIONS', 'CME_GLOBEX', 'FX', 'ALWAYS')),
        add initial_margin numeric(30,12) check (initial_margin > 0),
        add maintenance_margin numeric(30,12) check (maintenance_margin > 0),
        add expires_at timestamptz,
        add underlying text references keelson.instruments deferrable initially deferred,
        add strike numeric(30,12) check (strike > 0),
        add option_right text check (option_right in ('call', 'put')),
        add root text references keelson.instruments deferrable initially deferred,
        add contract_month text check (contract_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        add rolls_at timestamptz check (rolls_at <= expires_at),
        add constraint instruments_option check ((kind = 'option') = (strike is not null)
          and num_nonnulls(strike, option_right, underlying) in (0, 3) and (kind <> 'option' or expires_at is not null)),
        add constraint instruments_contract check (num_nonnulls(root, contract_month, rolls_at) in (0, 3)
          and (root is null or (kind = 'future' and expires_at is not null)));
      update keelson.instruments set lot_size = 0.00000001 where kind = 'crypto';
      update keelson.instruments set quoted = false, calendar = 'ALWAYS' where symbol = '${SELF_TEST.symbol}';
      comment on column keelson.instruments.quoted is 'its price is kept fresh also while nobody holds it, so that the first signal finds one';
      comment on column keelson.instruments.lot_size is 'smallest step of a quantity';
      comment on column keelson.instruments.calendar is 'null: that of its kind';
      comment on column keelson.instruments.initial_margin is 'per unit or contract, in the currency; null: the whole notional';
      comment on column keelson.instruments.expires_at is 'the last instant at which it trades';
      comment on column keelson.instruments.rolls_at is 'from here on the next contract of the root is the front month';
      create unique index instruments_contract_of_root on keelson.instruments (root, contract_month);
      create index instruments_roll on keelson.instruments (root, rolls_at) where root is not null;

      create table keelson.futures_roots (
        symbol text primary key references keelson.instruments deferrable initially deferred,
        months text not null check (months ~ '^[FGHJKMNQUVXZ]{1,12}$'),
        expiry_rule text not null
          check (expiry_rule in ('third_friday', 'third_last_business_day', 'three_business_days_before_25th_of_prior_month')),
        roll_days integer not null check (roll_days between 0 and 60)
      );
      comment on table keelson.futures_roots is 'how the dated contracts of a future follow from its root';
      comment on column keelson.futures_roots.roll_days is 'calendar days before expiry on which the next contract becomes the front month';
      grant select on keelson.futures_roots to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table keelson.futures_roots;
      alter table keelson.instruments
        drop constraint instruments_option, drop constraint instruments_contract,
        drop quoted, drop lot_size, drop exchange, drop calendar, drop initial_margin, drop maintenance_margin, drop expires_at,
        drop underlying, drop strike, drop option_right, drop root, drop contract_month, drop rolls_at;
    `);
  }
}
