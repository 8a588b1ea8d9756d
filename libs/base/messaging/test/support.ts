import type { Message } from '@keelson/contracts';
import { deriveId, newId } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import { insertMessage, sweepOutbox, type SweepOptions } from '../src/outbox.store.ts';
import type { WakeUp } from '../src/step.ts';

/** A message of a signal, as step receive leaves it. */
export function messageOf(teamId: string): Message<'signal.received'> {
  const signalId = newId();
  const at = new Date().toISOString();
  return {
    id: deriveId('signal.received', signalId),
    type: 'signal.received',
    teamId,
    key: signalId,
    payload: {
      ...{ signalId, accountId: newId(), strategy: 'test', symbol: 'ES', side: 'buy', quantity: '1', price: '5000' },
      ...{ receivedAt: at, expiresAt: at },
    },
  };
}

/** Puts a message into the outbox, in a commit of its own. */
export async function leave(database: Database, teamId: string): Promise<{ message: Message; wakeUp: WakeUp }> {
  const message = messageOf(teamId);
  const wakeUp: WakeUp = { outboxId: message.id, step: 'decide', teamId, signalId: message.key };
  await database.transaction(teamId, async (tx) => insertMessage(tx, message, 'decide', message.key));
  return { message, wakeUp };
}

/** Takes what nobody alive works on; by default at once, and up to a hundred. */
export function sweep(database: Database, options: Partial<SweepOptions> & Pick<SweepOptions, 'owner'>) {
  const defaults = { leaseMs: 2_000, steps: ['decide'], graceMs: 0, limit: 100, liveness: true } as const;
  return database.relay((tx) => sweepOutbox(tx, { ...defaults, ...options }));
}

export const pause = (forMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, forMs));
