import type { Context } from '../framework/context.ts';
import { withDatabase } from '../stack/open-database.ts';

/** Lets new orders go to a venue again, and what waits for it at once; true when its circuit was open until then. */
export function closeCircuitOf(context: Context, broker: string): Promise<boolean> {
  return withDatabase(context, async (db) => {
    const { closeCircuit, releaseWaiting } = await import('@keelson/brokers');
    const wasOpen = await db.platform((tx) => closeCircuit(tx, broker));
    await db.relay(async (tx) => releaseWaiting(tx));
    return wasOpen;
  });
}
