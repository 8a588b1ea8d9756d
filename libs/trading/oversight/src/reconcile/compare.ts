import type { Decimal } from '@keelson/kernel';
import { compareFills } from './compare-fills.ts';
import { compareHoldings } from './compare-holdings.ts';
import { compareOrders } from './compare-orders.ts';
import { type Difference, isOfExecution } from './difference.ts';
import { OrderIndex } from './order-index.ts';
import type { OurPicture, VenuePicture } from './picture.ts';

/**
 * Every difference between an account's two pictures; pure. One look proves nothing: the pictures are of different
 * moments, and what is on its way between them differs. `confirm` says what two looks prove.
 *
 * @param baseline per currency, what the venue held beyond our ledger when the account was first compared
 */
export function compare(
  ours: OurPicture,
  venue: VenuePicture,
  baseline: ReadonlyMap<string, Decimal> = new Map(),
): readonly Difference[] {
  const orders = new OrderIndex(ours.orders);
  const byFills = compareFills(ours, venue, orders);
  const byOrders = compareOrders(ours, venue, orders, byFills);
  return [...byFills, ...byOrders, ...compareHoldings(ours, venue, byFills.filter(isOfExecution), baseline)];
}
