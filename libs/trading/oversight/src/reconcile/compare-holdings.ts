import { Decimal, decimalText, notional, ZERO } from '@keelson/kernel';
import type { Difference } from './difference.ts';
import { type OurFill, type OurPicture, signed, sum, type VenuePicture } from './picture.ts';

/**
 * Positions and cash, which executions have not explained. The venue shows them at some moment between the start of its
 * picture and the executions at its end: every value that ours had in that time counts as equal, so trading in between
 * is no difference. What symbols are not booked to their end here is left for another time.
 */
export function compareHoldings(
  ours: OurPicture,
  venue: VenuePicture,
  byFills: readonly Difference[],
  baseline: ReadonlyMap<string, Decimal>,
): Difference[] {
  // Unexplained executions come first: once they are mended, what is left is a difference of its own.
  return byFills.length > 0 ? [] : heldDifferently(ours, venue, baseline);
}

/** The same, taking all executions to be as the pictures have them. */
export function heldDifferently(
  ours: OurPicture,
  venue: VenuePicture,
  baseline: ReadonlyMap<string, Decimal>,
): Difference[] {
  return [...comparePositions(ours, venue), ...compareCash(ours, venue, baseline)];
}

function comparePositions(ours: OurPicture, venue: VenuePicture): Difference[] {
  const theirs = new Map(venue.positions.map(({ symbol, netQuantity }) => [symbol, new Decimal(netQuantity)]));
  const fills = Map.groupBy(ours.fills, ({ symbol }) => symbol);
  const symbols = new Set([...theirs.keys(), ...ours.positions.keys()]);
  const found: Difference[] = [];
  for (const symbol of symbols) {
    if (ours.unbooked.has(symbol)) continue;
    const there = theirs.get(symbol) ?? ZERO;
    const path = valuesDuring(ours.positions.get(symbol) ?? ZERO, fills.get(symbol) ?? [], venue, unitsOf);
    if (path.some((value) => value.eq(there))) continue;
    found.push(held('position', symbol, symbol, path[0]!, there));
  }
  return found;
}

function compareCash(ours: OurPicture, venue: VenuePicture, baseline: ReadonlyMap<string, Decimal>): Difference[] {
  if (ours.unbooked.size > 0) return [];
  const theirs = new Map(venue.balances.map(({ currency, cash }) => [currency, new Decimal(cash)]));
  const fills = Map.groupBy(ours.fills, ({ currency }) => currency);
  const found: Difference[] = [];
  for (const currency of new Set([...theirs.keys(), ...ours.cash.keys()])) {
    const some = fills.get(currency) ?? [];
    // What such a fill moves there is not told by the fill alone.
    if (!venue.futuresInFull && some.some(({ margined, executedAt }) => margined && executedAt >= venue.from)) continue;
    const there = (theirs.get(currency) ?? ZERO).minus(baseline.get(currency) ?? ZERO);
    const path = valuesDuring(ours.cash.get(currency) ?? ZERO, some, venue, cashOf);
    if (path.some((value) => value.eq(there))) continue;
    found.push(held('balance', currency, undefined, path[0]!, there));
  }
  return found;
}

/** The values that something of ours had from the start of the venue's picture to its end; the newest first. */
function valuesDuring(
  now: Decimal,
  fills: readonly OurFill[],
  { from, asOf }: VenuePicture,
  worth: (fill: OurFill) => Decimal,
): Decimal[] {
  const newest = fills.toSorted((a, b) => b.executedAt.getTime() - a.executedAt.getTime());
  const after = newest.filter(({ executedAt }) => executedAt > asOf);
  const values = [now.minus(sum(after.map(worth)))];
  // An instant has many fills: those at the edge may or may not be in it, so all steps between count.
  const during = newest.filter(({ executedAt }) => executedAt <= asOf && executedAt >= from);
  for (const fill of during) values.push(values.at(-1)!.minus(worth(fill)));
  return values;
}

/** What a fill adds to its position. */
export function unitsOf({ side, quantity }: OurFill): Decimal {
  return signed(side, quantity);
}

/** What it adds to cash, where a venue has futures paid in full. */
export function cashOf({ side, quantity, price, multiplier, fee }: OurFill): Decimal {
  return signed(side, notional(quantity, price, multiplier))
    .negated()
    .minus(fee);
}

/** The difference alone names it: both sides move as the account trades, what lies between them does not. */
function held(
  kind: 'position' | 'balance',
  subject: string,
  symbol: string | undefined,
  ours: Decimal,
  there: Decimal,
): Difference {
  const difference = decimalText(there.minus(ours));
  return { kind, subject, symbol, ours: undefined, venue: { difference }, order: undefined, busy: false };
}
