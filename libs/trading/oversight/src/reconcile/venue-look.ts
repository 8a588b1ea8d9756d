import type { Broker, Snapshot } from '@keelson/brokers';
import type { Id } from '@keelson/kernel';
import type { VenuePicture } from './picture.ts';

/** What a venue showed, or why it could not be asked. */
export type VenueLook =
  | { readonly outcome: 'known'; readonly picture: VenuePicture }
  | { readonly outcome: 'unavailable'; readonly reason: string };

/**
 * Asks a venue for all that it has of an account: orders, positions and cash first, executions last, so that whatever the
 * first three show has its executions in the picture.
 */
export async function lookAtVenue(broker: Broker, accountId: Id, since: Date): Promise<VenueLook> {
  const started = performance.now();
  const [orders, positions, balances] = await Promise.all([
    broker.openOrders(accountId),
    broker.positions(accountId),
    broker.balances(accountId),
  ]);
  const took = performance.now() - started;
  const executions = await broker.executions(accountId, since);
  if (orders.outcome === 'unavailable') return orders;
  if (positions.outcome === 'unavailable') return positions;
  if (balances.outcome === 'unavailable') return balances;
  if (executions.outcome === 'unavailable') return executions;
  // None of the three was seen before they were asked for; the venue's clock alone counts.
  const from = new Date(Math.min(timeOf(orders), timeOf(balances)) - Math.ceil(took));
  return {
    outcome: 'known',
    picture: {
      ...{ from, since, asOf: new Date(executions.asOf) },
      openOrders: orders.items,
      executions: executions.items,
      positions: positions.positions,
      balances: balances.items,
      futuresInFull: broker.capabilities.paysFuturesInFull ?? false,
    },
  };
}

function timeOf(snapshot: Extract<Snapshot<unknown>, { outcome: 'known' }>): number {
  return Date.parse(snapshot.asOf);
}
