import { type Decimal, ZERO } from '@keelson/kernel';
import type { Tx } from '@keelson/persistence';
import { adjustExposure } from '@keelson/risk';
import { type IntentRecord, openQuantity, type OrderRecord } from './order-record.ts';
import { isLive } from './plan/action.ts';
import { isTerminal } from './transitions.ts';
import type { WorkingSet } from './working-set.ts';

const AMOUNT_DECIMALS = 12;

/** What an open quantity of an intent's entry reserves: its share of what the whole intent reserved. Exits reserve nothing. */
export function reservationFor(intent: IntentRecord, order: OrderRecord, open: Decimal): Decimal {
  if (order.role !== 'entry') return ZERO;
  return intent.notional.times(open).div(intent.quantity).toDecimalPlaces(AMOUNT_DECIMALS);
}

/**
 * A revision stands in the place of its predecessor. It reserves what its own open quantity is worth from then on: the
 * venue has the order, so the limit is not asked again, and what the predecessor had reserved is given back in full.
 */
export function takePlaceOf(predecessor: OrderRecord, revision: OrderRecord, set: WorkingSet, tx: Tx): void {
  const wanted = reservationFor(set.intent!, revision, openQuantity(revision));
  const by = wanted.minus(revision.reserved);
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
