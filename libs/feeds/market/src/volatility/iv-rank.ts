import { type Decimal, milliseconds, type Duration } from '@keelson/kernel';

/** What is known of a symbol's implied volatility within the last year. */
export interface VolatilityYear {
  readonly symbol: string;
  readonly lowest: Decimal;
  readonly highest: Decimal;
  /** Days that something is known of. */
  readonly days: number;
  /** Of the newest day. */
  readonly last: Decimal;
  /** The newest day, at its beginning in UTC. */
  readonly lastDay: Date;
}

/** Fewer say nothing about a year: half of one, in trading days. */
const FEWEST_DAYS = 126;
/** How old the newest may be: it comes after the close, and a long weekend may follow. */
const NEWEST_WITHIN: Duration = '5 days';

/**
 * Where the newest implied volatility lies between the lowest and the highest of its year, 0 to 100. Undefined when the
 * year is too thin, its newest day too old, or nothing has ever moved: a rank that nobody can vouch for is none.
 */
export function ivRankOf(year: VolatilityYear, now: Date): Decimal | undefined {
  const { lowest, highest, days, last, lastDay } = year;
  const age = now.getTime() - lastDay.getTime();
  if (days < FEWEST_DAYS || age > milliseconds(NEWEST_WITHIN) || highest.lte(lowest)) return undefined;
  return last.minus(lowest).div(highest.minus(lowest)).times(100).toDecimalPlaces(2);
}
