import { Decimal, ZERO } from '@keelson/kernel';
import type { Tx } from '@keelson/persistence';
import { adjustExposure } from '@keelson/risk';
import { type IntentRecord, openQuantity, type OrderRecord } from './order-record.ts';
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
