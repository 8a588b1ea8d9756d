import { type Decimal, rounded, ZERO } from '@keelson/kernel';
import type { Tx } from '@keelson/persistence';
import { adjustExposure } from '@keelson/risk';
import { type IntentRecord, openQuantity, type OrderRecord } from './order-record.ts';
import { isLive } from './plan/action.ts';
import { isTerminal } from './transitions.ts';
import type { WorkingSet } from './working-set.ts';

/** What its predecessor had reserved for so many units; one that is not open any more says nothing, its intent does. */
function inheritedReservation(intent: IntentRecord, predecessor: OrderRecord, units: Decimal): Decimal {
  if (predecessor.role !== 'entry') return ZERO;
  const open = openQuantity(predecessor);
  const [reserved, of] = open.isZero() ? [intent.notional, intent.quantity] : [predecessor.reserved, open];
  return rounded(reserved.times(units).div(of));
}

/**
 * A revision stands in the place of its predecessor. It takes over what that had reserved for each unit, for so many as
 * are open now, beside what its own terms needed more; the predecessor gives all of its own back.
 */
export function takePlaceOf(predecessor: OrderRecord, revision: OrderRecord, set: WorkingSet, tx: Tx): void {
  const by = inheritedReservation(set.intent!, predecessor, openQuantity(revision));
  const wanted = revision.reserved.plus(by);
  const cancel = revision.cancel ?? predecessor.cancel;
  set.change(tx, { ...revision, reserved: wanted, attemptId: undefined, cancel });
  if (!by.isZero()) adjustExposure(tx, revision, { reserved: by });
}

/** A revision that ended without ever standing answers the asking: its predecessor may be asked about again. */
export function freePredecessor({ orderId, replaces, attemptId }: OrderRecord, set: WorkingSet, tx: Tx): void {
  const predecessor = replaces && set.find((one) => one.orderId === replaces);
  const revision = set.find((one) => one.orderId === orderId);
  if (!predecessor || !attemptId || predecessor.attemptId !== attemptId || !isTerminal(revision!.status)) return;
  if (isLive(predecessor)) set.change(tx, { ...predecessor, attemptId: undefined });
}

/** Which orders a wish to end this one is about: of a spread all legs; of a revision that does not stand yet, both. */
export function meantBy(order: OrderRecord, { orders }: WorkingSet): readonly OrderRecord[] {
  if (order.role === 'leg') return orders.filter(({ role }) => role === 'leg');
  const predecessor = orders.find(({ orderId }) => orderId === order.replaces);
  return predecessor && !isTerminal(predecessor.status) ? [predecessor, order] : [order];
}
