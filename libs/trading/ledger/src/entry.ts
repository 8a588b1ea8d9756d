import { type Decimal, invariant, ZERO } from '@keelson/kernel';
import { signedCost, type PositionChange } from './position.ts';

/** One line of an entry: positive is debit, negative is credit. */
export interface Posting {
  readonly ledgerAccount: string;
  readonly currency: string;
  readonly amount: Decimal;
}

/**
 * The entry of a fill: cash against the position at cost, and what was won or lost by closing. Signed cost makes long and
 * short one rule: a short position is a credit. Sums to zero by construction; checked here, and again by Postgres.
 */
export function entryOf(change: PositionChange, symbol: string, cash: Decimal, currency: string): Posting[] {
  const cost = signedCost(change.after).minus(signedCost(change.before));
  const postings = [
    { ledgerAccount: 'cash', currency, amount: cash },
    { ledgerAccount: `position:${symbol}`, currency, amount: cost },
    { ledgerAccount: 'realised_profit', currency, amount: change.realisedProfit.negated() },
  ].filter(({ amount }) => !amount.isZero());
  invariant(
    postings.reduce((sum, { amount }) => sum.plus(amount), ZERO).isZero(),
    'The postings of an entry sum to zero in each currency',
  );
  return postings;
}
