import type { Side } from '@keelson/contracts';
import { Decimal, notional, rounded, ZERO } from '@keelson/kernel';

/**
 * What an account holds of one symbol. Short is negative. The cost is the exact sum of what was paid for what is open;
 * the average price is derived from it and rounded, so nothing is ever computed from an average.
 */
export interface Position {
  readonly quantity: Decimal;
  /** Never negative, also when short; in the instrument's currency. */
  readonly cost: Decimal;
  readonly realisedProfit: Decimal;
}

export const FLAT: Position = { quantity: ZERO, cost: ZERO, realisedProfit: ZERO };

/** An execution: signed by its side, worth price × multiplier a unit. */
export interface Execution {
  readonly side: Side;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly multiplier: Decimal;
}

/** What an execution did to a position. `closed` and `opened` are quantities without sign; one execution may do both. */
export interface PositionChange {
  readonly before: Position;
  readonly after: Position;
  readonly closed: Decimal;
  readonly opened: Decimal;
  /** Profit of the closed part, in the instrument's currency. */
  readonly realisedProfit: Decimal;
}

/** Applies an execution by average cost: closing takes its share of the cost and realises the difference, opening adds to it. */
export function execute(before: Position, { side, quantity, price, multiplier }: Execution): PositionChange {
  const signed = side === 'buy' ? quantity : quantity.negated();
  const sameWay = before.quantity.isZero() || before.quantity.isPositive() === signed.isPositive();
  const closed = sameWay ? ZERO : Decimal.min(quantity, before.quantity.abs());
  const opened = quantity.minus(closed);
  const closedCost = shareOf(before, closed);
  // The closed part is what the whole is worth less the opened part, so that the two never differ by a rounding.
  const openedCost = notional(opened, price, multiplier);
  const closedWorth = notional(quantity, price, multiplier).minus(openedCost);
  const realisedProfit = before.quantity.isNegative() ? closedCost.minus(closedWorth) : closedWorth.minus(closedCost);
  return {
    before,
    after: {
      quantity: before.quantity.plus(signed),
      cost: before.cost.minus(closedCost).plus(openedCost),
      realisedProfit: before.realisedProfit.plus(realisedProfit),
    },
    closed,
    opened,
    realisedProfit,
  };
}

/** The cost of a part of a position; of all of it, exactly all of the cost. */
function shareOf(position: Position, part: Decimal): Decimal {
  const whole = position.quantity.abs();
  if (part.eq(whole)) return position.cost;
  return rounded(position.cost.times(part).div(whole));
}

/** Average price of what is open, rounded; zero when flat. */
export function averagePrice({ quantity, cost }: Position, multiplier: Decimal): Decimal {
  return quantity.isZero() ? ZERO : rounded(cost.div(quantity.abs().times(multiplier)));
}

/** The cost as the ledger carries it: a debit when long, a credit when short. */
export function signedCost({ quantity, cost }: Position): Decimal {
  return quantity.isNegative() ? cost.negated() : cost;
}
