import type { SignalReceived } from '@keelson/contracts';
import { deriveId, newId } from '@keelson/kernel';
import type { FlowRunner } from '@keelson/messaging';
import { SELF_TEST, sql, type Database } from '@keelson/persistence';

/** How many synthetic signals make the code warm: prepared statements on the connections, compiled paths. */
const SIGNALS = 8;

const INSERT = sql(
  'self_test.insert',
  `with receipt as (
     insert into receipts (receipt_id, team_id, webhook_key_id, source, content_type, body, body_sha256)
     values ($1, $2, $3, 'self-test', 'application/json', '{}', '')),
   signal as (
     insert into signals (signal_id, team_id, receipt_id, account_id, strategy, symbol, side, quantity, price, sender_id,
                          received_at, expires_at)
     values ($4::uuid, $2, $1, $5, 'self-test', $6, $7, 1, 1, $4::uuid::text, now(), now() + interval '60 seconds'))
   insert into outbox (outbox_id, step, team_id, signal_id, type, key, payload)
   values ($8, 'decide', $2, $4::uuid, 'signal.received', $4::uuid::text, $9)`,
);

/**
 * Runs synthetic signals through decide, place, route, apply, book and publish, with real commits, at the loopback
 * venue. Buys and sells alternate, so the position ends where it began. Throws when one does not get through.
 */
export async function selfTest(database: Database, runner: FlowRunner): Promise<void> {
  for (let index = 0; index < SIGNALS; index += 1) {
    const signalId = newId();
    const outboxId = deriveId('signal.received', signalId);
    await database.transaction(SELF_TEST.teamId, async (tx) => {
      const side = index % 2 === 0 ? 'buy' : 'sell';
      const { teamId, webhookKeyId, accountId, symbol } = SELF_TEST;
      const payload = payloadOf(signalId, side);
      tx.execute(INSERT, [newId(), teamId, webhookKeyId, signalId, accountId, symbol, side, outboxId, payload]);
    });
    await runner.runWaiting({ outboxId, step: 'decide', teamId: SELF_TEST.teamId, signalId });
  }
}

function payloadOf(signalId: string, side: 'buy' | 'sell'): SignalReceived {
  const now = Date.now();
  return {
    signalId,
    accountId: SELF_TEST.accountId,
    strategy: 'self-test',
    symbol: SELF_TEST.symbol,
    side,
    quantity: '1',
    price: '1',
    receivedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 60_000).toISOString(),
  };
}
