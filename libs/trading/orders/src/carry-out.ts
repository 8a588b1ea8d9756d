import type { Message } from '@keelson/contracts';
import { decimalText, type Id, ZERO } from '@keelson/kernel';
import type { Tx } from '@keelson/persistence';
import { attemptIdOf, cancelMessage, replaceMessage, submitMessage } from './messages.ts';
import { plannedOrder, recordOf, revisionOf } from './new-order.ts';
import type { OrderRecord } from './order-record.ts';
import { type Action, isLive } from './plan/action.ts';
import { legState } from './plan/standing.ts';
import type { WorkingSet } from './working-set.ts';

/** For how long an exit or an unwinding order that did not leave yet may still leave. */
export const EXIT_LIVES_MS = 24 * 3_600_000;

/** Under which circumstances something is asked of a venue. */
export interface Asking {
  readonly tx: Tx;
  readonly teamId: Id;
  /** What made it necessary: the event, or the request. Ids of attempts follow from it. */
  readonly cause: string;
  /** ISO 8601; what has not left by then never does. */
  readonly expiresAt: string;
}

/** Writes what a plan asks for, and returns the commands that take it to the venue. */
export function carryOut(actions: readonly Action[], set: WorkingSet, asking: Asking): readonly Message[] {
  const commands = actions.flatMap((action) => begin(action, set, asking));
  return [...commands, ...owedCancels(set, asking)];
}

function begin(action: Action, set: WorkingSet, asking: Asking): readonly Message[] {
  const { tx, teamId, expiresAt } = asking;
  switch (action.kind) {
    case 'submit': {
      const order = plannedOrder(action.like, action.order, expiresAt);
      set.add(tx, order, recordOf(order, action.like));
      return [submitMessage(teamId, order)];
    }
    case 'replace':
      return [beginReplacement(action.order, { ...action, reserved: ZERO }, set, asking)];
    case 'cancel':
      set.change(tx, { ...action.order, cancel: { reason: action.reason, planned: true } });
      return [];
  }
}

/** Writes a revision and marks its predecessor as asked about. */
export function beginReplacement(
  order: OrderRecord,
  wish: Pick<Parameters<typeof revisionOf>[1], 'quantity' | 'terms' | 'reserved'>,
  set: WorkingSet,
  { tx, teamId, cause, expiresAt }: Asking,
): Message<'replace_order'> {
  const { quantity, terms, reserved } = wish;
  const attemptId = attemptIdOf('replace', order.orderId, cause);
  const revision = legState(set.orders, order.leg).newest!.revision + 1;
  const next = revisionOf(order, { revision, quantity, terms, reserved, attemptId, expiresAt });
  set.add(tx, next, recordOf(next, order));
  set.change(tx, { ...order, attemptId });
  return replaceMessage(teamId, order, { ...next, quantity: decimalText(quantity) }, { attemptId, expiresAt });
}

/**
 * Cancels that are wanted and not asked yet. Only for orders that stand at their venue: an unsent one is stopped at its
 * claim, one whose end is unknown is cancelled when it turns up, and one that is being replaced when that is answered.
 */
function owedCancels(set: WorkingSet, { tx, teamId, cause }: Asking): readonly Message[] {
  return set.orders
    .filter((order) => order.cancel && isLive(order) && !order.attemptId)
    .map((order) => {
      const attemptId = attemptIdOf('cancel', order.orderId, cause);
      set.change(tx, { ...order, attemptId });
      return cancelMessage(teamId, order, attemptId, order.cancel!.reason);
    });
}
