import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

/** Double entry: entries with postings that sum to zero, and the positions and trades that follow from them. */
export class CreateLedger implements MigrationInterface {
  readonly name = 'CreateLedger1763718600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.entries (
        entry_id uuid primary key,
        team_id uuid not null,
        account_id uuid not null,
        signal_id uuid not null,
        fill_id uuid not null unique,
        reverses uuid references keelson.entries,
        posted_at timestamptz not null default clock_timestamp()
      );
      create table keelson.postings (
        entry_id uuid not null references keelson.entries,
        line integer not null,
        team_id uuid not null,
        ledger_account text not null,
        currency text not null,
        amount numeric(40,12) not null,
        primary key (entry_id, line)
      );
      comment on column keelson.postings.amount is 'positive is debit, negative is credit';
      create function keelson.postings_balance() returns trigger language plpgsql as $$
        declare
          unbalanced record;
        begin
          select entry_id, currency, sum(amount) as rest into unbalanced
            from added group by entry_id, currency having sum(amount) <> 0 limit 1;
          if found then
            raise exception 'entry % does not balance in %: rest %', unbalanced.entry_id, unbalanced.currency, unbalanced.rest
              using errcode = 'KE020';
          end if;
          return null;
        end $$;
      create trigger postings_balance after insert on keelson.postings
        referencing new table as added for each statement execute function keelson.postings_balance();

      create table keelson.positions (
        account_id uuid not null,
        symbol text not null,
        team_id uuid not null,
        quantity numeric(30,12) not null,
        average_price numeric(30,12) not null,
        cost numeric(40,12) not null,
        realised_profit numeric(40,12) not null default 0,
        updated_at timestamptz not null default clock_timestamp(),
        primary key (account_id, symbol)
      ) with (fillfactor = 50);
      comment on column keelson.positions.quantity is 'negative when short';
      comment on column keelson.positions.cost is 'exactly what was paid for what is open: what the exposure holds; the average price is derived from it';

      create table keelson.trades (
        trade_id uuid primary key,
        team_id uuid not null,
        account_id uuid not null,
        symbol text not null,
        direction text not null check (direction in ('long', 'short')),
        quantity numeric(30,12) not null,
        entry_price numeric(30,12) not null,
        exit_price numeric(30,12),
        exit_quantity numeric(30,12) not null default 0,
        realised_profit numeric(40,12) not null default 0,
        opened_by uuid not null,
        opened_at timestamptz not null,
        closed_at timestamptz
      ) with (fillfactor = 50);
      comment on column keelson.trades.opened_by is 'signal whose fill opened the round trip';
      create unique index trades_open on keelson.trades (account_id, symbol) where closed_at is null;
      create index trades_by_team on keelson.trades (team_id, opened_at);
    `);
    await tenantTable(runner, 'entries', 'select, insert');
    await tenantTable(runner, 'postings', 'select, insert');
    await tenantTable(runner, 'positions', 'select, insert, update');
    await tenantTable(runner, 'trades', 'select, insert, update');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table keelson.trades, keelson.positions, keelson.postings, keelson.entries;
      drop function keelson.postings_balance;
    `);
  }
}
