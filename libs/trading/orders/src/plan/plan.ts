import type { Id } from '@keelson/kernel';
import type { IntentRecord, OrderRecord } from '../order-record.ts';
import type { Action } from './action.ts';
import { planEntry } from './entry.ts';
import { planExits } from './exits.ts';
import { planSpread } from './spread.ts';

/**
 * What an intent needs of its venue, given the state of its orders: pure, and empty once there is nothing to do.
 *
 * @param refused orders whose cancel the venue has just refused: not asked again until it says more
 */
export function plan(
  intent: IntentRecord,
  orders: readonly OrderRecord[],
  refused: ReadonlySet<Id> = new Set(),
): readonly Action[] {
  const actions = [
    ...(intent.legs ? planSpread(intent, orders) : planEntry(intent, orders)),
    ...(intent.exits ? planExits(intent.exits, orders) : []),
  ];
  return actions.filter((action) => action.kind !== 'cancel' || !refused.has(action.order.orderId));
}
