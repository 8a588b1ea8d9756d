import { deriveId, type Id, newId } from '@keelson/kernel';
import type { Message } from '@keelson/contracts';
import type { StepWork } from '@keelson/messaging';
import type { Database, Tx } from '@keelson/persistence';
import type { SeededTeam, TestDatabase } from '@keelson/testkit';
import { decide } from '../src/decide.ts';

/** A signal as step receive commits it; its message is handed back. */
export async function receive(
  { admin }: TestDatabase,
  team: SeededTeam,
  order: { quantity: string; price?: string; side?: 'buy' | 'sell' },
): Promise<Message<'signal.received'>> {
  const { quantity, price = '5000', side = 'buy' } = order;
  const [signalId, receiptId] = [newId(), newId()];
  await admin(
    `insert into keelson.receipts (receipt_id, team_id, webhook_key_id, source, content_type, body, body_sha256)
     values ($1, $2, $3, 'test', 'application/json', '{}', '')`,
    [receiptId, team.teamId, team.webhookKeyId],
  );
  await admin(
    `insert into keelson.signals (signal_id, team_id, receipt_id, account_id, strategy, symbol, side, quantity, price,
                                  sender_id, received_at, expires_at)
     values ($1::uuid, $2, $3, $4, 'test', $5, $6, $7, $8, $1::text, now(), now() + interval '60 seconds')`,
    [signalId, team.teamId, receiptId, team.accountId, team.symbol, side, quantity, price],
  );
  const at = new Date();
  return {
    id: deriveId('signal.received', signalId),
    type: 'signal.received',
    teamId: team.teamId,
    key: signalId,
    payload: {
      ...{ signalId, accountId: team.accountId, strategy: 'test', symbol: team.symbol, side, quantity, price },
      ...{ receivedAt: at.toISOString(), expiresAt: new Date(at.getTime() + 60_000).toISOString() },
    },
  };
}

/** Decides a signal as the flow does; `between` runs after everything is read and before anything is written. */
export function decideIn(
  database: Database,
  message: Message<'signal.received'>,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly Message[]> {
  const { teamId } = message;
  const signalId: Id = message.payload.signalId;
  return database.transaction(teamId, async (tx: Tx) => {
    const context = await decide.prefetch(tx, signalId, 'decide');
    await between();
    const work: StepWork = { tx, teamId, signalId, afterCommit: () => undefined };
    return decide.handle(message, context, work);
  });
}
