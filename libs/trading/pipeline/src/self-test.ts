import type { SignalReceived } from '@keelson/contracts';
import { deriveId, newId } from '@keelson/kernel';
import type { FlowRunner } from '@keelson/messaging';
import { SELF_TEST, sql, type Database } from '@keelson/persistence';

/**
 * How many synthetic signals make the code warm: compiled paths, and prepared statements on several connections, which is
 * why some of them are under way at once.
 */
const ROUNDS = 2;
const AT_ONCE = 4;

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
  for (let round = 0; round < ROUNDS; round += 1) {
    const signals = Array.from({ length: AT_ONCE }, (_, index) =>
      testOnce(database, runner, index % 2 ? 'sell' : 'buy'),
    );
    await Promise.all(signals);
  }
}

async function testOnce(database: Database, runner: FlowRunner, side: 'buy' | 'sell'): Promise<void> {
  const signalId = newId();
  const outboxId = deriveId('signal.received', signalId);
  const { teamId, webhookKeyId, accountId, symbol } = SELF_TEST;
  await database.transaction(teamId, async (tx) => {
    const payload = payloadOf(signalId, side);
    tx.execute(INSERT, [newId(), teamId, webhookKeyId, signalId, accountId, symbol, side, outboxId, payload]);
  });
  await runner.runWaiting({ outboxId, step: 'decide', teamId, signalId });
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
