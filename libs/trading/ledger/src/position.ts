import type { Side } from '@keelson/contracts';
import { Decimal, notional, ZERO } from '@keelson/kernel';

/** What an account holds of one symbol. Short is negative. */
export interface Position {
  readonly quantity: Decimal;
  /** Average price of what is open; zero when flat. */
  readonly averagePrice: Decimal;
  readonly realisedProfit: Decimal;
}

export const FLAT: Position = { quantity: ZERO, averagePrice: ZERO, realisedProfit: ZERO };

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

/** Average prices are rounded to what the column holds; realised profit takes up the difference, so postings still balance. */
const PLACES = 12;

/** Applies an execution by average cost: closing realises profit at the average price, opening moves the average. */
export function execute(before: Position, { side, quantity, price, multiplier }: Execution): PositionChange {
  const signed = side === 'buy' ? quantity : quantity.negated();
  const sameWay = before.quantity.isZero() || before.quantity.isPositive() === signed.isPositive();
  const closed = sameWay ? ZERO : Decimal.min(quantity, before.quantity.abs());
  const opened = quantity.minus(closed);
  const direction = before.quantity.isNegative() ? -1 : 1;
  const realisedProfit = notional(closed, price.minus(before.averagePrice), multiplier).times(direction);
  const after = before.quantity.plus(signed);
  return {
    before,
    after: {
      quantity: after,
      averagePrice: averageAfter(before, price, closed, opened),
      realisedProfit: before.realisedProfit.plus(realisedProfit),
    },
    closed,
    opened,
    realisedProfit,
  };
}

function averageAfter(before: Position, price: Decimal, closed: Decimal, opened: Decimal): Decimal {
  const kept = before.quantity.abs().minus(closed);
  if (kept.isZero()) return opened.isZero() ? ZERO : price;
  if (opened.isZero()) return before.averagePrice;
  return kept.times(before.averagePrice).plus(opened.times(price)).div(kept.plus(opened)).toDecimalPlaces(PLACES);
}

/** What a position ties up: |quantity| × average price × multiplier. */
export function costOf(position: Position, multiplier: Decimal): Decimal {
  return notional(position.quantity.abs(), position.averagePrice, multiplier);
}
