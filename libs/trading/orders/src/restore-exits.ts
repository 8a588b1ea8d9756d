import type { Message } from '@keelson/contracts';
import { Decimal, decimalText, type Id, invariant } from '@keelson/kernel';
import { insertMessage } from '@keelson/messaging';
import type { Tx } from '@keelson/persistence';
import { EXIT_LIVES_MS, carryOut } from './carry-out.ts';
import type { OrderRecord } from './order-record.ts';
import { lockOrders } from './orders.store.ts';
import type { Action } from './plan/action.ts';
import { plan } from './plan/plan.ts';
import { roomForExits } from './restore-exits.store.ts';
import { isTerminal } from './transitions.ts';
import { WorkingSet } from './working-set.ts';

/** Exits that somebody other than their own intent took away. */
export interface TakenExits {
  readonly signalId: Id;
  /** Orders that ended by it; of others nothing is placed again. */
  readonly orderIds: readonly Id[];
  /** Why they were taken and come back, as their orders then say. */
  readonly reason: string;
}

/** What became of exits that were taken. */
export type RestoredExits =
  /** They wait in the outbox; whoever runs them may be woken after the commit. */
  | { readonly outcome: 'placed'; readonly messages: readonly Message<'submit_order'>[] }
  /** Their position is closed, or covered by others, or they stand again already. */
  | { readonly outcome: 'nothing_to_protect' }
  /** The position is moving: look again. */
  | { readonly outcome: 'waiting' }
  /** Less is open than they would leave, and which part of it is theirs nobody can tell: for a person. */
  | { readonly outcome: 'unclear'; readonly symbol: string; readonly open: string; readonly wanted: string };

/**
 * Places exits again that were taken from a position which is still open: new revisions of them, with the terms of their
 * intent, for what its entry filled and its exits did not leave. All of it or nothing: an exit that is larger than the
 * position would open another one where a venue does not hold it to reducing. Asked twice, they are placed once.
 */
export async function restoreExits(tx: Tx, { signalId, orderIds, reason }: TakenExits): Promise<RestoredExits> {
  const set = new WorkingSet(await lockOrders(tx, signalId));
  const taken = set.orders.filter(({ orderId }) => orderIds.includes(orderId)).map((order) => ended(order, reason));
  const submits = planned(set, taken);
  const [first] = submits;
  if (!first) return { outcome: 'nothing_to_protect' };
  const { accountId, symbol } = first.like;
  const room = await roomForExits(tx, { accountId, symbol, side: first.order.side, signalId });
  if (room.moving) return { outcome: 'waiting' };
  const open = room.position.minus(room.covered);
  if (open.lte(0)) return { outcome: 'nothing_to_protect' };
  const wanted = Decimal.max(...submits.map(({ order }) => order.quantity));
  if (open.lt(wanted)) return { outcome: 'unclear', symbol, open: decimalText(open), wanted: decimalText(wanted) };
  for (const order of taken) set.change(tx, order);
  const expiresAt = new Date(Date.now() + EXIT_LIVES_MS).toISOString();
  const messages = carryOut(submits, set, {
    tx,
    teamId: tx.teamId!,
    cause: `restore/${orderIds.join('/')}`,
    expiresAt,
  });
  for (const message of messages) {
    const step = message.type === 'cancel_order' ? 'cancel' : 'route';
    insertMessage(tx, message, step, signalId);
  }
  return { outcome: 'placed', messages: messages.filter((message) => message.type === 'submit_order') };
}

/** Ended for a reason that is gone: its intent may place another one. */
function ended(order: OrderRecord, reason: string): OrderRecord {
  invariant(isTerminal(order.status), 'Only exits that have ended are placed again');
  return { ...order, cancel: { reason, planned: true } };
}

type Submit = Extract<Action, { kind: 'submit' }>;

/** The exits that the intent would have now, were those not taken. */
function planned(set: WorkingSet, taken: readonly OrderRecord[]): readonly Submit[] {
  if (!set.intent?.exits) return [];
  const orders = set.orders.map((order) => taken.find(({ orderId }) => orderId === order.orderId) ?? order);
  return plan(set.intent, orders).filter((action): action is Submit => action.kind === 'submit');
}
