import type { Broker, Snapshot, VenueOrder } from '@keelson/brokers';
import { isMeant, keepsProtective, mayMassCancel, type OrdersOfStrategy } from './cancel-plan.ts';
import { ordersOfStrategy } from './claims.store.ts';
import type { Halt, HaltAccount } from './halt.ts';
import { brokerOf, type HaltParts, inParallel } from './parts.ts';
import type { Attempt } from './phases.ts';

/** Cancels under way at one venue; a venue's own limit on requests is kept by its adapter, which lets cancels go first. */
const CANCELS_AT_ONCE = 32;
/** How often a venue is asked again within one attempt, while it still shows what was cancelled. */
const LOOKS = 3;

/**
 * Takes back what is working at an account's venue, manual orders too, and is through when the venue shows none of it
 * any more. Ours end in our books by the venue's own stream, as any order does.
 */
export async function cancelAccount(parts: HaltParts, halt: Halt, account: HaltAccount): Promise<Attempt> {
  const broker = brokerOf(parts, account);
  if (!broker) return noWay(account);
  const own = await strategyOrders(parts, halt, account);
  if (mayMassCancel(halt, broker.capabilities)) {
    const outcome = await broker.cancelAll(account.accountId, { keepReduceOnly: keepsProtective(halt) });
    if (outcome.outcome === 'unknown') return again(broker, outcome.reason);
  }
  for (let look = 1; ; look += 1) {
    const shown = await broker.openOrders(account.accountId);
    if (shown.outcome === 'unavailable') return again(broker, shown.reason);
    const open = meant(shown, halt, own);
    if (open.length === 0) return { kind: 'through' };
    if (look > LOOKS) return again(broker, `${open.length} orders are still open`);
    await cancelEach(broker, account, open);
  }
}

function meant(
  shown: Extract<Snapshot<VenueOrder>, { outcome: 'known' }>,
  halt: Halt,
  own: OrdersOfStrategy,
): readonly VenueOrder[] {
  return shown.items.filter((order) => isMeant(order, halt, own));
}

/** By the venue's own ids, which manual orders have too. What an answer leaves open, the next look at the venue tells. */
async function cancelEach(broker: Broker, { accountId }: HaltAccount, orders: readonly VenueOrder[]): Promise<void> {
  await inParallel(orders, CANCELS_AT_ONCE, ({ venueOrderId }) => broker.cancelAtVenue(venueOrderId, accountId));
}

/** Client order ids of a halted strategy; nothing is read for other scopes. */
export async function strategyOrders(
  { database }: HaltParts,
  { scope }: Halt,
  { accountId }: HaltAccount,
): Promise<OrdersOfStrategy> {
  if (scope.kind !== 'strategy') return new Set();
  return database.transaction(scope.teamId, (tx) => ordersOfStrategy(tx, scope.strategy, accountId));
}

export function again(broker: Broker, reason: string): Attempt {
  return { kind: 'again', problem: `${broker.name}: ${reason}` };
}

/** An account that nobody can look at is not proven: the halt waits for a process that has its venue. */
export function noWay({ accountId, broker }: HaltAccount): Attempt {
  return { kind: 'again', problem: `no way to broker "${broker}" of account ${accountId} in this process` };
}
