import { type Decimal, invariant, ZERO } from '@keelson/kernel';
import { signedCost, type PositionChange } from './position.ts';

/** One line of an entry: positive is debit, negative is credit. */
export interface Posting {
  readonly ledgerAccount: string;
  readonly currency: string;
  readonly amount: Decimal;
}

/**
 * How an instrument is paid for. `paid`: its price changes hands when it does (shares, options, coins, currencies).
 * `margined`: nothing does; what is won or lost moves as cash (futures, as variation margin does), and the price that is
 * owed stands against the position on an account of its own.
 */
export type Settlement = 'paid' | 'margined';

/** Futures are margined; everything else, also what nobody has described, is paid for. */
export function settlementOf(kind: string | null): Settlement {
  return kind === 'future' ? 'margined' : 'paid';
}

/** What an execution is, beside what it did to the position. */
export interface EntryTerms {
  readonly symbol: string;
  readonly currency: string;
  readonly settlement: Settlement;
  /** Never negative but for a rebate. */
  readonly fee: Decimal;
}

/** What an execution, or a restatement, moves in the books. */
export interface Moved {
  /** Of the position, signed: a debit when long. */
  readonly cost: Decimal;
  readonly realisedProfit: Decimal;
}

export function movedBy({ before, after, realisedProfit }: PositionChange): Moved {
  return { cost: signedCost(after).minus(signedCost(before)), realisedProfit };
}

/** What the account gets (negative: pays), before fees. */
export function cashBeforeFees({ cost, realisedProfit }: Moved, settlement: Settlement): Decimal {
  return settlement === 'margined' ? realisedProfit : realisedProfit.minus(cost);
}

/**
 * The entry of an execution: cash against the position at cost, what was won or lost by closing, and the fee. Signed cost
 * makes long and short one rule: a short position is a credit. Empty when nothing moved. Sums to zero by construction;
 * checked here, and again by Postgres.
 */
export function entryOf(moved: Moved, { symbol, currency, settlement, fee }: EntryTerms): Posting[] {
  const { cost, realisedProfit } = moved;
  const postings = [
    { ledgerAccount: 'cash', currency, amount: cashBeforeFees(moved, settlement).minus(fee) },
    { ledgerAccount: `position:${symbol}`, currency, amount: cost },
    { ledgerAccount: `obligation:${symbol}`, currency, amount: settlement === 'margined' ? cost.negated() : ZERO },
    { ledgerAccount: 'realised_profit', currency, amount: realisedProfit.negated() },
    { ledgerAccount: 'fees', currency, amount: fee },
  ];
  return balanced(postings);
}

/** Money from (negative: to) the owner of the account. */
export function capitalEntry(amount: Decimal, currency: string): Posting[] {
  return balanced([
    { ledgerAccount: 'cash', currency, amount },
    { ledgerAccount: 'capital', currency, amount: amount.negated() },
  ]);
}

/** One currency for another. Each side balances against the trading account of its own currency: no rate is in the books. */
export function conversionEntry(
  sold: { readonly amount: Decimal; readonly currency: string },
  bought: { readonly amount: Decimal; readonly currency: string },
): Posting[] {
  invariant(sold.currency !== bought.currency, 'A conversion is between two currencies');
  return balanced([
    { ledgerAccount: 'cash', currency: sold.currency, amount: sold.amount.negated() },
    { ledgerAccount: 'trading', currency: sold.currency, amount: sold.amount },
    { ledgerAccount: 'cash', currency: bought.currency, amount: bought.amount },
    { ledgerAccount: 'trading', currency: bought.currency, amount: bought.amount.negated() },
  ]);
}

function balanced(postings: readonly Posting[]): Posting[] {
  const sums = new Map<string, Decimal>();
  for (const { currency, amount } of postings) sums.set(currency, (sums.get(currency) ?? ZERO).plus(amount));
  invariant(
    [...sums.values()].every((sum) => sum.isZero()),
    'The postings of an entry sum to zero in each currency',
  );
  return postings.filter(({ amount }) => !amount.isZero());
}
