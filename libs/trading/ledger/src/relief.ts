import { Decimal, notional, rounded, ZERO } from '@keelson/kernel';
import type { Execution, Position, PositionChange } from './position.ts';

/**
 * Exposure holds the cost of a position, and less for what was opened as the leg of a spread, whose other legs bound the
 * loss. That difference is the position's relief; below zero where a leg is cheap and its share of the loss is not.
 */
export interface Relief {
  readonly after: Decimal;
  readonly opened: Decimal;
  readonly closed: Decimal;
}

/** What an execution does to a relief: closing takes its share of it along, opening adds to it. */
export function relieve(
  before: Decimal,
  change: PositionChange,
  execution: Execution & { readonly exposure?: Decimal | undefined },
): Relief {
  const { exposure, quantity, price, multiplier } = execution;
  const closed = shareOf(before, change.closed, change.before.quantity.abs());
  const opened =
    exposure === undefined
      ? ZERO
      : notional(change.opened, price, multiplier).minus(shareOf(exposure, change.opened, quantity));
  return { after: before.minus(closed).plus(opened), opened, closed };
}

/** The relief of a position that was replayed: what is left of it is relieved as it was before, for each unit. */
export function reliefAfterReplay(relieved: Decimal, before: Position, after: Position): Decimal {
  const sameWay = before.quantity.times(after.quantity).gt(0);
  return sameWay
    ? shareOf(relieved, Decimal.min(after.quantity.abs(), before.quantity.abs()), before.quantity.abs())
    : ZERO;
}

function shareOf(amount: Decimal, part: Decimal, whole: Decimal): Decimal {
  if (part.eq(whole)) return amount;
  return whole.isZero() ? ZERO : rounded(amount.times(part).div(whole));
}
