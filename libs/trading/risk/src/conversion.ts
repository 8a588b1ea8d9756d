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

/** Units of the account's currency for one of another; unknown without a fresh quote of the pair. */
export function rateOf(currency: string, { account_currency, rates, now }: RatesRow, limits: Limits): Known<Decimal> {
  if (currency === account_currency) return ONE;
  const [rate, quotedAt] = rates?.[currency] ?? [];
  if (rate === undefined || quotedAt === undefined) return 'unknown';
  const age = new Decimal(now.getTime() - Date.parse(quotedAt));
  return age.lte(oldest(now, limits)) ? new Decimal(rate) : 'unknown';
}

const ONE = new Decimal(1);

function oldest(now: Date, { max_price_age_seconds: seconds }: Limits): Decimal {
  if (!isOpen('FX', now)) return new Decimal(milliseconds(CLOSED_AGE));
  return seconds ? seconds.times(1_000) : new Decimal(milliseconds(USUAL_AGE));
}

/** What a day has come to, in the account's currency; unknown when a part of it cannot be converted. */
export function dayResultOf(row: RatesRow & Pick<SituationRow, 'day_results'>, limits: Limits): Known<Decimal> {
  let sum = ZERO;
  for (const [currency, result] of row.day_results ?? []) {
    const amount = new Decimal(result);
    const rate = amount.isZero() ? ONE : rateOf(currency, row, limits);
    if (rate === 'unknown') return rate;
    sum = sum.plus(amount.times(rate));
  }
  return sum;
}
