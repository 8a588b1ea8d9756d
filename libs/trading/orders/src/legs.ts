/**
 * How the orders of one intent are numbered. The entry, or the legs of a spread, come first; the number of an order enters
 * its client order id, so these never change.
 */
export const ENTRY_LEG = 0;
export const TAKE_PROFIT_LEG = 1;
export const STOP_LOSS_LEG = 2;

/** What unwinds leg `leg` of a spread of `legs` legs. */
export function unwindLegOf(leg: number, legs: number): number {
  return legs + leg;
}
