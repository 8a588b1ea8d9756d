import type { Snapshot, VenueOrder, VenuePosition } from '@keelson/brokers';
import type { AccountProof, Halt, HaltProof } from './halt.ts';
import { isMeant, type OrdersOfStrategy } from './cancel-plan.ts';
import { positionsMeant } from './flatten-plan.ts';
import type { Attempt } from './phases.ts';

/** What a venue showed of an account, orders first: positions are then those of after the last order. */
export interface Seen {
  readonly broker: string;
  readonly orders: Extract<Snapshot<VenueOrder>, { outcome: 'known' }>;
  readonly positions: readonly VenuePosition[];
  readonly own: OrdersOfStrategy;
  readonly lastOrderOut: string | undefined;
}

/** Whether what a venue shows is what the halt was to reach. Pure. */
export function judge(halt: Halt, seen: Seen): Attempt {
  const open = seen.orders.items.filter((order) => isMeant(order, halt, seen.own));
  if (open.length > 0) {
    return { kind: 'back', to: 'cancel', problem: `${open.length} orders are still open at ${seen.broker}` };
  }
  const positions = positionsMeant(seen.positions, halt.scope);
  if (halt.flatten && positions.length > 0) {
    return { kind: 'back', to: 'flatten', problem: `${positions.length} positions are still open at ${seen.broker}` };
  }
  return { kind: 'through' };
}

export function accountProof({ broker, orders, positions, lastOrderOut }: Seen): AccountProof {
  return {
    broker,
    ordersAsOf: orders.asOf,
    ordersKept: orders.items.map(({ venueOrderId, symbol, reduceOnly }) => ({ venueOrderId, symbol, reduceOnly })),
    positions: positions.map(({ symbol, netQuantity }) => ({ symbol, netQuantity })),
    ...(lastOrderOut !== undefined && { lastOrderOut }),
  };
}

/** The proof of the whole halt. Instants are ISO 8601 in UTC, so their order as text is their order in time. */
export function haltProof(haltGeneration: number, accounts: readonly AccountProof[]): HaltProof {
  const sum = (count: (proof: AccountProof) => number) => accounts.reduce((total, proof) => total + count(proof), 0);
  return {
    haltGeneration,
    accounts: accounts.length,
    ordersOpen: 0,
    ordersKept: sum(({ ordersKept }) => ordersKept.length),
    positionsOpen: sum(({ positions }) => positions.length),
    snapshotAt: accounts.map(({ ordersAsOf }) => ordersAsOf).sort()[0],
    lastOrderOut: accounts
      .flatMap(({ lastOrderOut }) => lastOrderOut ?? [])
      .sort()
      .at(-1),
  };
}
