import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

/**
 * What an alert may ask for beyond a plain market order: terms, exits and legs; signals that come from no webhook; orders
 * that are taken back, replaced or unwound; executions that a venue busts or corrects.
 */
export class ExtendOrders implements MigrationInterface {
  readonly name = 'ExtendOrders1763722800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table keelson.signals
        alter column receipt_id drop not null,
        add column origin text not null default 'webhook'
          check (origin in ('webhook', 'halt', 'reconciliation', 'operator', 'seed')),
        add column terms jsonb,
        add column exits jsonb,
        add column legs jsonb,
        add column reduce_only boolean not null default false,
        add constraint signals_receipt check (origin <> 'webhook' or receipt_id is not null);
      comment on column keelson.signals.origin is 'who asked; only a webhook leaves a receipt';
      comment on column keelson.signals.terms is 'as in the contract (OrderTerms); null is a market order for the day';

      alter table keelson.intents
        add column exits jsonb,
        add column legs jsonb,
        add column reduce_only boolean not null default false;
      comment on column keelson.intents.exits is 'how the filled part of the entry is left again (Exits)';
      comment on column keelson.intents.legs is 'of a spread: what one whole of it consists of (SpreadLeg[])';

      alter table keelson.orders
        add column role text not null default 'entry'
          check (role in ('entry', 'take_profit', 'stop_loss', 'leg', 'unwind', 'flatten', 'adopted')),
        add column terms jsonb not null default '{"type": "market", "timeInForce": "day"}',
        add column reduce_only boolean not null default false,
        add column replaces uuid,
        add column busted_quantity numeric(30,12) not null default 0,
        add column attempt_id uuid,
        add column cancel_requested_at timestamptz,
        add column cancel_reason text,
        add column cancel_planned boolean not null default false;
      comment on column keelson.orders.replaces is 'the revision in whose place it shall stand';
      comment on column keelson.orders.busted_quantity is 'executed, then taken back by the venue: neither filled nor open';
      comment on column keelson.orders.attempt_id is 'the cancel or replacement that the venue was asked for and has not answered';
      comment on column keelson.orders.cancel_requested_at is 'since when it shall end; an order that was not sent by then never is';
      comment on column keelson.orders.cancel_planned is 'true: its own intent had no use for it any more, and may need another one later';

      alter table keelson.fills
        add column execution_id text,
        add column fee numeric(30,12);
      comment on column keelson.fills.execution_id is 'the venue''s name of the execution, by which it busts or corrects it';
      create table keelson.fill_busts (
        fill_id uuid primary key references keelson.fills,
        team_id uuid not null,
        order_id uuid not null,
        signal_id uuid not null,
        reason text not null,
        busted_at timestamptz not null,
        recorded_at timestamptz not null default clock_timestamp()
      );
      comment on table keelson.fill_busts is 'fills that a venue took back; of a corrected one, the fill that was wrong';
    `);
    await tenantTable(runner, 'fill_busts', 'select, insert');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table keelson.fill_busts;
      alter table keelson.fills drop column execution_id, drop column fee;
      alter table keelson.orders
        drop column role, drop column terms, drop column reduce_only, drop column replaces, drop column busted_quantity,
        drop column attempt_id, drop column cancel_requested_at, drop column cancel_reason, drop column cancel_planned;
      alter table keelson.intents drop column exits, drop column legs, drop column reduce_only;
      alter table keelson.signals
        drop constraint signals_receipt,
        drop column origin, drop column terms, drop column exits, drop column legs, drop column reduce_only,
        alter column receipt_id set not null;
    `);
  }
}
