import { Decimal, rounded, ZERO } from '@keelson/kernel';
import type { Settlement } from './entry.ts';
import { type Position, signedCost } from './position.ts';

/** A position with what its price needs to mean something. */
export interface Holding extends Position {
  readonly symbol: string;
  readonly currency: string;
  readonly multiplier: Decimal;
  readonly settlement: Settlement;
}

/** What a holding is worth at a price; amounts in its currency. */
export interface Mark {
  /** What it adds to the account's worth: all of it when it is paid for, only the difference when it is margined. */
  readonly value: Decimal;
  readonly unrealisedProfit: Decimal;
}

/** Marks a holding at a price. Without one it is carried at cost. */
export function markOf(holding: Holding, price: Decimal | undefined): Mark {
  const cost = signedCost(holding);
  const worth = price && rounded(holding.quantity.times(price).times(holding.multiplier));
  const unrealisedProfit = worth ? worth.minus(cost) : ZERO;
  return { value: holding.settlement === 'margined' ? unrealisedProfit : (worth ?? cost), unrealisedProfit };
}

/** Last prices by symbol. */
export type Prices = ReadonlyMap<string, Decimal>;

/** Units of `to` for one unit of `from`, by the pair's own quote or that of its inverse; undefined without either. */
export function rateOf(from: string, to: string, prices: Prices): Decimal | undefined {
  if (from === to) return new Decimal(1);
  const direct = prices.get(`${from}${to}`);
  if (direct) return direct;
  const inverse = prices.get(`${to}${from}`);
  return inverse && !inverse.isZero() ? new Decimal(1).div(inverse) : undefined;
}

/** Symbols of the pairs by which currencies are turned into another. */
export function pairsOf(currencies: readonly string[], into: string): string[] {
  return currencies.filter((one) => one !== into).flatMap((one) => [`${one}${into}`, `${into}${one}`]);
}

/** What an account is worth, in its base currency. */
export interface Portfolio {
  readonly currency: string;
  readonly cash: Decimal;
  readonly positionsValue: Decimal;
  readonly unrealisedProfit: Decimal;
  readonly equity: Decimal;
  /** Symbols without a quote, carried at cost, and currencies without a rate, left out. Empty when the sums are whole. */
  readonly unpriced: readonly string[];
}

/** Adds up cash and holdings in a base currency. */
export function valueOf(
  base: string,
  balances: readonly { readonly currency: string; readonly cash: Decimal }[],
  holdings: readonly Holding[],
  prices: Prices,
): Portfolio {
  const unpriced = new Set<string>();
  const inBase = (amount: Decimal, currency: string): Decimal => {
    const rate = rateOf(currency, base, prices);
    if (!rate && !amount.isZero()) unpriced.add(currency);
    return rate ? rounded(amount.times(rate)) : ZERO;
  };
  const sum = (amounts: readonly Decimal[]) => amounts.reduce((total, amount) => total.plus(amount), ZERO);
  const marks = holdings.map((holding) => {
    const price = prices.get(holding.symbol);
    if (!price && !holding.quantity.isZero()) unpriced.add(holding.symbol);
    return { currency: holding.currency, ...markOf(holding, price) };
  });
  const cash = sum(balances.map((balance) => inBase(balance.cash, balance.currency)));
  const positionsValue = sum(marks.map(({ value, currency }) => inBase(value, currency)));
  return {
    currency: base,
    cash,
    positionsValue,
    unrealisedProfit: sum(marks.map(({ unrealisedProfit, currency }) => inBase(unrealisedProfit, currency))),
    equity: cash.plus(positionsValue),
    unpriced: [...unpriced].toSorted(),
  };
}
