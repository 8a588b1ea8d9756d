import type { Message } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import { holdTradingState } from '@keelson/messaging';
import type { Tx } from '@keelson/persistence';
import { deniedMessage } from './denied-message.ts';
import { denyHalted } from './deny-waiting.store.ts';

/** A signal that was denied with many others: what waited for it, and what is to be told. */
export interface WaitingDenial {
  readonly outboxId: Id;
  readonly receivedAt: Date;
  readonly decidedAt: Date;
  readonly message: Message<'order.denied'>;
}

/**
 * Denies what waits for decide under a halt, a few hundred signals in one statement. A strategy that runs away leaves
 * thousands a second behind when it is halted; one by one each would cost what an order costs, and the others' time with
 * it. It is the same verdict under the same lock and the same ids as decide's own: a signal has one, whoever is faster.
 *
 * @param owner this process' number: what it has the lease of itself it may take
 */
export async function denyWaiting(tx: Tx, teamId: Id, owner: number, limit: number): Promise<readonly WaitingDenial[]> {
  holdTradingState(tx);
  const rows = await denyHalted(tx, owner, limit);
  return rows.map((row) => ({
    outboxId: row.outbox_id,
    receivedAt: row.received_at,
    decidedAt: row.decided_at,
    message: deniedMessage(teamId, {
      signalId: row.signal_id,
      accountId: row.account_id,
      symbol: row.symbol,
      side: row.side,
      quantity: row.quantity,
      code: 'halted',
      numbers: { trading_state: 'HALTED', halt_generation: row.generation },
    }),
  }));
}
