import { type Decimal, invariant, ZERO } from '@keelson/kernel';
import { costOf, type PositionChange } from './position.ts';

/** One line of an entry: positive is debit, negative is credit. */
export interface Posting {
  readonly ledgerAccount: string;
  readonly currency: string;
  readonly amount: Decimal;
}

/**
 * The entry of a fill: cash against the position at cost, the difference is profit. Signed cost makes long and short one
 * rule: a short position is a credit. Sums to zero by construction, and is checked again here and by Postgres.
 */
export function entryOf(
  change: PositionChange,
  symbol: string,
  cash: Decimal,
  multiplier: Decimal,
  currency: string,
): Posting[] {
  const cost = signedCost(change.after, multiplier).minus(signedCost(change.before, multiplier));
  const profit = cash.plus(cost).negated();
  const postings = [
    { ledgerAccount: 'cash', currency, amount: cash },
    { ledgerAccount: `position:${symbol}`, currency, amount: cost },
    { ledgerAccount: 'realised_profit', currency, amount: profit },
  ].filter(({ amount }) => !amount.isZero());
  invariant(
    postings.reduce((sum, { amount }) => sum.plus(amount), ZERO).isZero(),
    'The postings of an entry sum to zero in each currency',
  );
  return postings;
}

function signedCost(position: PositionChange['after'], multiplier: Decimal): Decimal {
  const cost = costOf(position, multiplier);
  return position.quantity.isNegative() ? cost.negated() : cost;
}
