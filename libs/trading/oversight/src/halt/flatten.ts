import type { Broker } from '@keelson/brokers';
import type { OrderStatus } from '@keelson/contracts';
import { again, noWay } from './cancel.ts';
import { type FlatteningOrder, planFlatten, positionsMeant } from './flatten-plan.ts';
import { type HaltOrder, haltOrders } from './flatten.store.ts';
import { originateFlattening } from './flatten-orders.ts';
import type { Halt, HaltAccount } from './halt.ts';
import { brokerOf, type HaltParts, inParallel } from './parts.ts';
import type { Attempt } from './phases.ts';

const ORDERS_AT_ONCE = 16;

/** Not sent yet, or sent without a definitive word: the claim is somebody's to run. */
const TO_RUN: readonly OrderStatus[] = ['created', 'submitted', 'unknown'];
/** At the venue by our books, which lag behind it when nobody listens. */
const AT_VENUE: readonly OrderStatus[] = ['accepted', 'partially_filled'];

/**
 * Closes an account's positions, sized by what its venue shows after every cancel was confirmed. One order per symbol at
 * a time: the next round is sized when the one before has ended. Through when the venue shows no position any more.
 */
export async function flattenAccount(
  parts: HaltParts,
  halt: Halt,
  account: HaltAccount,
  fence: string,
): Promise<Attempt> {
  const broker = brokerOf(parts, account);
  if (!broker) return noWay(account);
  const orders = await parts.database.transaction(account.teamId, (tx) =>
    haltOrders(tx, halt.haltId, account.accountId),
  );
  const waiting = orders.filter(({ status }) => TO_RUN.includes(status));
  if (waiting.length > 0) {
    await runAll(parts, account, waiting);
    return again(broker, `${waiting.length} flattening orders have no definitive answer yet`);
  }
  const underway = await stillWorking(broker, account, orders);
  if (underway === undefined) return again(broker, 'does not show its open orders');
  // Asked after the orders: what they filled until then is in it.
  const positions = await broker.positions(account.accountId);
  if (positions.outcome === 'unavailable') return again(broker, positions.reason);
  const open = positionsMeant(positions.positions, halt.scope);
  if (open.length === 0 && underway.size === 0) return { kind: 'through' };
  const plan = planFlatten(positions.positions, halt.scope, underway);
  await send(parts, { halt, account, fence, orders, plan });
  return again(broker, `${open.length} positions are being closed`);
}

/** Symbols with an order of ours that may still fill; undefined when the venue does not say. */
async function stillWorking(
  broker: Broker,
  { accountId }: HaltAccount,
  orders: readonly HaltOrder[],
): Promise<ReadonlySet<string> | undefined> {
  const possible = orders.filter(({ status }) => AT_VENUE.includes(status));
  if (possible.length === 0) return new Set();
  const shown = await broker.openOrders(accountId);
  if (shown.outcome === 'unavailable') return undefined;
  const open = new Set(shown.items.map(({ clientOrderId }) => clientOrderId));
  return new Set(possible.filter(({ clientOrderId }) => open.has(clientOrderId)).map(({ symbol }) => symbol));
}

interface Sending {
  readonly halt: Halt;
  readonly account: HaltAccount;
  readonly fence: string;
  readonly orders: readonly HaltOrder[];
  readonly plan: readonly FlatteningOrder[];
}

async function send(parts: HaltParts, { halt, account, fence, orders, plan }: Sending): Promise<void> {
  if (plan.length === 0) return;
  const rounds = plan.map((order) => ({
    ...order,
    round: 1 + orders.filter(({ symbol }) => symbol === order.symbol).length,
  }));
  const originated = await originateFlattening(parts.database, { halt, account, fence }, rounds);
  await runAll(parts, account, originated);
}

/** Runs the claims here; those that somebody else runs already are left to them. */
async function runAll(
  parts: HaltParts,
  { teamId }: HaltAccount,
  orders: readonly Pick<HaltOrder, 'signalId' | 'submitMessageId'>[],
): Promise<void> {
  await inParallel(orders, ORDERS_AT_ONCE, ({ signalId, submitMessageId }) =>
    parts.run({ outboxId: submitMessageId, step: 'route', teamId, signalId }).catch(parts.onError),
  );
}
