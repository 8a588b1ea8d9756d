import type { VenueExecution } from '@keelson/brokers';
import { Decimal, ZERO } from '@keelson/kernel';
import { cashOf, heldDifferently, unitsOf } from './compare-holdings.ts';
import { type Difference, isOfExecution, isOfHoldings } from './difference.ts';
import type { OurFill, OurPicture, VenuePicture } from './picture.ts';

/**
 * How what is held would differ if our books had each execution as the venue has it: nothing, unless one of before the
 * window differs too. Without that, a storm of missed fills would hide it. Undefined where it cannot be told, because what
 * an execution moves is not known until it is booked.
 */
export function heldOnceMended(
  ours: OurPicture,
  venue: VenuePicture,
  differences: readonly Difference[],
  baseline: ReadonlyMap<string, Decimal>,
): Difference[] | undefined {
  const ofExecutions = differences.filter(isOfExecution);
  if (ofExecutions.length === 0) return differences.filter(isOfHoldings);
  const mended = onceMended(ours, venue, ofExecutions);
  return mended && heldDifferently(mended, venue, baseline);
}

function onceMended(
  ours: OurPicture,
  { futuresInFull }: VenuePicture,
  differences: readonly Difference[],
): OurPicture | undefined {
  const fills = new Map(ours.fills.map((fill) => [fill.executionId, fill]));
  const ofSymbols = new Map(ours.fills.map((fill) => [fill.symbol, fill]));
  const positions = new Map(ours.positions);
  const cash = new Map(ours.cash);
  const move = (fill: OurFill, by: 1 | -1) => {
    positions.set(fill.symbol, (positions.get(fill.symbol) ?? ZERO).plus(unitsOf(fill).times(by)));
    cash.set(fill.currency, (cash.get(fill.currency) ?? ZERO).plus(cashOf(fill).times(by)));
  };
  for (const { subject, symbol, execution } of differences) {
    const before = fills.get(subject);
    const like = before ?? (symbol === undefined ? undefined : ofSymbols.get(symbol));
    if (!like || (like.margined && !futuresInFull)) return undefined;
    if (before) move(before, -1);
    fills.delete(subject);
    if (!execution) continue;
    const after = asFill(execution, like);
    move(after, 1);
    fills.set(subject, after);
  }
  return { ...ours, fills: [...fills.values()], positions, cash };
}

/** @param like a fill of the same symbol */
function asFill({ executionId, side, quantity, price, fee, at }: VenueExecution, like: OurFill): OurFill {
  const amounts = { quantity: new Decimal(quantity), price: new Decimal(price), fee: new Decimal(fee ?? 0) };
  return { ...like, executionId, side, ...amounts, executedAt: new Date(at) };
}
