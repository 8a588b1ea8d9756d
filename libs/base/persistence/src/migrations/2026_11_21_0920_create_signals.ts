import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

/**
 * Receipts (the raw deliveries), what makes a delivery a repetition, and signals (their parsed meaning). Account and
 * symbol of a signal are no foreign keys: each check would lock the account's row, which every signal of it shares; they
 * come from the webhook key and the instruments table, and neither is ever deleted.
 */
export class CreateSignals implements MigrationInterface {
  readonly name = 'CreateSignals1763716800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.receipts (
        receipt_id uuid primary key,
        team_id uuid not null,
        webhook_key_id uuid not null,
        source text not null,
        content_type text not null,
        body text not null,
        body_sha256 bytea not null,
        received_at timestamptz not null default clock_timestamp()
      );
      comment on column keelson.receipts.body is 'as delivered, the key masked';
      create index receipts_received_at on keelson.receipts using brin (received_at);

      create table keelson.webhook_dedupe (
        team_id uuid not null,
        source text not null,
        dedupe_key text not null,
        signal_id uuid not null,
        expires_at timestamptz not null,
        primary key (team_id, source, dedupe_key)
      );
      create index webhook_dedupe_expires_at on keelson.webhook_dedupe using brin (expires_at);

      create table keelson.signals (
        signal_id uuid primary key,
        team_id uuid not null,
        receipt_id uuid not null references keelson.receipts,
        account_id uuid not null,
        strategy text not null,
        symbol text not null,
        side text not null check (side in ('buy', 'sell')),
        quantity numeric(30,12) not null check (quantity > 0),
        price numeric(30,12) not null,
        order_reference text,
        sender_id text,
        sent_at timestamptz,
        received_at timestamptz not null,
        expires_at timestamptz not null
      );
      comment on column keelson.signals.sender_id is 'the explicit id of the delivery; with one, equal content is not a repetition';
      create index signals_alike on keelson.signals (account_id, sent_at, order_reference)
        where sender_id is null and sent_at is not null;
      create index signals_received_at on keelson.signals (team_id, received_at);
    `);
    await tenantTable(runner, 'receipts', 'select, insert, update (body)');
    await tenantTable(runner, 'webhook_dedupe', 'select, insert, update, delete');
    await tenantTable(runner, 'signals', 'select, insert');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table keelson.signals, keelson.webhook_dedupe, keelson.receipts');
  }
}
