import type { Id } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import type { FlatteningOrder } from './flatten-plan.ts';
import { insertHaltOrders, referencePrices } from './flatten.store.ts';
import type { Halt, HaltAccount } from './halt.ts';

interface Under {
  readonly halt: Halt;
  readonly account: HaltAccount;
  readonly fence: string;
}

/** What has not left by then is sized anew. */
const LEAVES_WITHIN_MS = 60_000;

/** The strategy that flattening orders are shown under. */
const STRATEGY = 'halt';

/**
 * Writes the flattening orders of an account in one transaction, all or none. None, and an error, when the halt moved on
 * or was taken over since they were sized, or when another driver wrote the same round.
 */
export async function originateFlattening(
  database: Database,
  { halt, account, fence }: Under,
  plan: readonly (FlatteningOrder & { readonly round: number })[],
): Promise<readonly { readonly signalId: Id; readonly submitMessageId: Id }[]> {
  // Loaded when there is something to close: most halts have nothing, and are over sooner without it.
  const { originate } = await import('@keelson/orders');
  const { haltId } = halt;
  const { accountId, broker, teamId } = account;
  return database.transaction(teamId, async (tx) => {
    const { currency, prices } = await referencePrices(
      tx,
      accountId,
      plan.map(({ symbol }) => symbol),
    );
    const expiresAt = new Date(Date.now() + LEAVES_WITHIN_MS);
    const written = await Promise.all(
      plan.map(async ({ symbol, side, quantity, round }) => {
        const { signalId, message } = await originate(tx, {
          ...{ origin: 'halt', key: `${haltId}/${symbol}/${round}`, strategy: STRATEGY, role: 'flatten' },
          ...{ accountId, broker, symbol, side, quantity, expiresAt, reduceOnly: true },
          terms: { type: 'market', timeInForce: 'day' },
          referencePrice: prices.get(symbol) ?? '1',
          // The venue has a position that our instruments do not name: closing it must not wait for a row.
          unlisted: { multiplier: '1', currency },
        });
        return { signalId, symbol, round, submitMessageId: message!.id };
      }),
    );
    const generation = halt.generation ?? -1;
    if (!(await insertHaltOrders(tx, { haltId, fence, generation, accountId }, written))) {
      throw new Error(`Halt ${haltId} moved on, or another process drives it, since its flattening was sized`);
    }
    return written;
  });
}
