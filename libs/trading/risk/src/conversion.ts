import { Decimal, type Duration, milliseconds, ZERO } from '@keelson/kernel';
import { isOpen } from '@keelson/market';
import type { SituationRow } from './risk.store.ts';
import type { Limits } from './situation.ts';

/** An amount that may need a rate which nobody knows now. */
export type Known<Amount> = Amount | 'unknown';

/** How old a rate may be where the account sets no age for prices. */
const USUAL_AGE: Duration = '15 minutes';
/** While currencies are not traded, their last rate is the rate: as long as a weekend with a holiday. */
const CLOSED_AGE: Duration = '4 days';

type RatesRow = Pick<SituationRow, 'account_currency' | 'rates' | 'now'>;
/** What was realised on a trading day in each currency, and the rates that turn it into the account's. */
export type DayRow = RatesRow & Pick<SituationRow, 'day_results'>;
type AgeLimit = Pick<Limits, 'max_price_age_seconds'>;

/**
 * Units of the account's currency for one of another; unknown without a fresh quote of the pair. `patience`: how many
 * times as old as for an order a rate may be.
 */
export function rateOf(
  currency: string,
  { account_currency, rates, now }: RatesRow,
  limits: AgeLimit,
  patience = ONE,
): Known<Decimal> {
  if (currency === account_currency) return ONE;
  const [rate, quotedAt] = rates?.[currency] ?? [];
  if (rate === undefined || quotedAt === undefined) return 'unknown';
  const age = new Decimal(now.getTime() - Date.parse(quotedAt));
  return age.lte(oldest(now, limits, patience)) ? new Decimal(rate) : 'unknown';
}

const ONE = new Decimal(1);

function oldest(now: Date, { max_price_age_seconds: seconds }: AgeLimit, patience: Decimal): Decimal {
  if (!isOpen('FX', now)) return new Decimal(milliseconds(CLOSED_AGE));
  return (seconds ? seconds.times(1_000) : new Decimal(milliseconds(USUAL_AGE))).times(patience);
}

/** What a day has come to, in the account's currency; unknown when a part of it cannot be converted. */
export function dayResultOf(row: DayRow, limits: AgeLimit): Known<Decimal> {
  let sum = ZERO;
  for (const [currency, result] of row.day_results ?? []) {
    const amount = new Decimal(result);
    const rate = amount.isZero() ? ONE : rateOf(currency, row, limits);
    if (rate === 'unknown') return rate;
    sum = sum.plus(amount.times(rate));
  }
  return sum;
}

/** What a day has lost at worst; in the account's currency, negative when it has won. */
export interface WorstOfDay {
  readonly lost: Decimal;
  /** Currencies in which something was lost that no rate tells the worth of: the loss is more than `lost`, by nobody knows what. */
  readonly unpriced: readonly string[];
}

/**
 * The most that a day can have lost, for who has to act on it: a profit that cannot be converted counts for nothing, a loss
 * that cannot be is named, and never zero.
 */
export function worstOfDay(row: DayRow, limits: AgeLimit, patience: Decimal): WorstOfDay {
  let lost = ZERO;
  const unpriced: string[] = [];
  for (const [currency, result] of row.day_results ?? []) {
    const amount = new Decimal(result);
    const rate = rateOf(currency, row, limits, patience);
    if (rate !== 'unknown') lost = lost.minus(amount.times(rate));
    else if (amount.lt(0)) unpriced.push(currency);
  }
  return { lost, unpriced };
}
