import { randomUUID } from 'node:crypto';
import { type Id, newId } from '@keelson/kernel';
import type { SeededTeam, TestDatabase } from '@keelson/testkit';

/** A row of the outbox that nobody works on, of some age; its id. */
export async function addWaiting(database: TestDatabase, team: SeededTeam, row: WaitingRow = {}): Promise<Id> {
  const outboxId = newId();
  await database.admin(
    `insert into keelson.outbox (outbox_id, step, team_id, signal_id, type, key, payload, created_at, owner, lease_until)
     values ($1, $2, $3, $4, 'signal.received', 'key', '{}', clock_timestamp() - $5 * interval '1 second', $6,
             clock_timestamp() + $7 * interval '1 second')`,
    [
      outboxId,
      row.step ?? 'decide',
      team.teamId,
      row.signalId ?? newId(),
      row.ageSeconds ?? 5,
      row.owner,
      row.leaseSeconds,
    ],
  );
  return outboxId;
}

export interface WaitingRow {
  readonly step?: 'decide' | 'route';
  readonly signalId?: Id;
  readonly ageSeconds?: number;
  /** Number of the process that holds its lease. */
  readonly owner?: number;
  /** From now; below zero: over. */
  readonly leaseSeconds?: number;
}

/** A receipt with its signal. */
export async function addSignal(database: TestDatabase, team: SeededTeam, ageDays = 0): Promise<Id> {
  const [receiptId, signalId] = [newId(), newId()];
  await database.admin(
    `insert into keelson.receipts (receipt_id, team_id, webhook_key_id, source, content_type, body, body_sha256, received_at)
     values ($1, $2, $3, 'tradingview', 'application/json', '{"action":"buy"}', '\\x01', now() - $4 * interval '1 day')`,
    [receiptId, team.teamId, team.webhookKeyId, ageDays],
  );
  await database.admin(
    `insert into keelson.signals (signal_id, team_id, receipt_id, account_id, strategy, symbol, side, quantity, price,
                                  received_at, expires_at)
     values ($1, $2, $3, $4, 'test', $5, 'buy', 1, 1, now(), now() + interval '1 minute')`,
    [signalId, team.teamId, receiptId, team.accountId, team.symbol],
  );
  return signalId;
}

/** An order in some state whose deadline was so long ago, with the row of the outbox by which it waits for its answer. */
export async function addOrder(
  database: TestDatabase,
  team: SeededTeam,
  order: { readonly status: string; readonly pastDeadlineSeconds: number },
): Promise<void> {
  const signalId = await addSignal(database, team);
  const [intentId, outboxId] = [newId(), await addWaiting(database, team, { step: 'route', signalId })];
  await database.admin(
    `insert into keelson.intents (intent_id, team_id, signal_id, account_id, symbol, side, quantity, notional)
     values ($1, $2, $3, $4, $5, 'buy', 1, 1)`,
    [intentId, team.teamId, signalId, team.accountId, team.symbol],
  );
  await database.admin(
    `insert into keelson.orders (order_id, team_id, intent_id, submit_message_id, signal_id, account_id, broker,
                                 client_order_id, symbol, side, type, quantity, reference_price, multiplier, currency,
                                 status, reserved, attempt, deadline, expires_at)
     values ($1, $2, $3, $4, $5, $6, 'paper', $7, $8, 'buy', 'market', 1, 1, 1, 'USD', $9, 1, 1,
             now() - $10 * interval '1 second', now() + interval '1 minute')`,
    [
      newId(),
      team.teamId,
      intentId,
      outboxId,
      signalId,
      team.accountId,
      randomUUID(),
      team.symbol,
      order.status,
      order.pastDeadlineSeconds,
    ],
  );
}
