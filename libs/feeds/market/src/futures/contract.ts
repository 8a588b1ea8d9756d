import { Temporal } from 'temporal-polyfill';
import { nextOpen, sessionOn } from '../calendar/trading-calendar.ts';

/** How the last trading day of a contract follows from its month. */
export const expiryRules = [
  'third_friday',
  'third_last_business_day',
  'three_business_days_before_25th_of_prior_month',
] as const;
export type ExpiryRule = (typeof expiryRules)[number];

/** How the dated contracts of a future follow from its root. */
export interface FuturesRoot {
  /** The root's own symbol, e.g. `NQ`. */
  readonly symbol: string;
  /** The months that are listed, by their letters: `HMUZ` for the quarters. */
  readonly months: string;
  readonly expiryRule: ExpiryRule;
  /** Calendar days before the last trading day on which the next contract becomes the front month. */
  readonly rollDays: number;
}

/** One dated contract. */
export interface Contract {
  readonly symbol: string;
  /** `2026-12`. */
  readonly contractMonth: string;
  /** The last instant at which it trades. */
  readonly expiresAt: Date;
  /** From here on the next contract is the front month. */
  readonly rollsAt: Date;
}

const MONTH_LETTERS = 'FGHJKMNQUVXZ';

/** When trading of an expiring contract ends on its last day, on Chicago's clock. */
const LAST_HOUR: Readonly<Record<ExpiryRule, string>> = {
  // Settled to the opening prices of the stock market.
  third_friday: '08:30',
  third_last_business_day: '12:30',
  three_business_days_before_25th_of_prior_month: '13:30',
};

/**
 * The contract of a root for a month, `2026-12`; undefined for a month that is not listed. It rolls with the first
 * session that opens on the day before the roll day or later, so that a trading day has one front month.
 */
export function contractOf(root: FuturesRoot, contractMonth: string): Contract | undefined {
  const month = Temporal.PlainYearMonth.from(contractMonth);
  const letter = MONTH_LETTERS[month.month - 1]!;
  if (!root.months.includes(letter)) return undefined;
  const lastDay = lastTradingDay(root.expiryRule, month);
  const expires = lastDay.toZonedDateTime({
    timeZone: 'America/Chicago',
    plainTime: Temporal.PlainTime.from(LAST_HOUR[root.expiryRule]),
  });
  const eveOfRoll = lastDay
    .subtract({ days: root.rollDays + 1 })
    .toZonedDateTime({ timeZone: 'America/Chicago', plainTime: Temporal.PlainTime.from('16:00') });
  const expiresAt = new Date(expires.epochMilliseconds);
  const rollsAt = nextOpen('CME_GLOBEX', new Date(eveOfRoll.epochMilliseconds)) ?? expiresAt;
  return {
    symbol: `${root.symbol}${letter}${month.year}`,
    contractMonth,
    expiresAt,
    rollsAt: rollsAt < expiresAt ? rollsAt : expiresAt,
  };
}

/** The contracts of a root from one month through another, both included, in order. */
export function contractsOf(root: FuturesRoot, from: string, through: string): Contract[] {
  const contracts: Contract[] = [];
  const last = Temporal.PlainYearMonth.from(through);
  for (
    let month = Temporal.PlainYearMonth.from(from);
    Temporal.PlainYearMonth.compare(month, last) <= 0;
    month = month.add({ months: 1 })
  ) {
    const contract = contractOf(root, month.toString());
    if (contract) contracts.push(contract);
  }
  return contracts;
}

function lastTradingDay(rule: ExpiryRule, month: Temporal.PlainYearMonth): Temporal.PlainDate {
  const first = month.toPlainDate({ day: 1 });
  switch (rule) {
    case 'third_friday': {
      const friday = first.add({ days: ((12 - first.dayOfWeek) % 7) + 14 });
      return isBusinessDay(friday) ? friday : businessDaysBefore(friday, 1);
    }
    case 'third_last_business_day':
      return businessDaysBefore(first.add({ months: 1 }), 3);
    case 'three_business_days_before_25th_of_prior_month': {
      const day = first.subtract({ months: 1 }).with({ day: 25 });
      return businessDaysBefore(day, isBusinessDay(day) ? 3 : 4);
    }
  }
}

/** The nth business day before a day, the day itself not counted. */
function businessDaysBefore(day: Temporal.PlainDate, count: number): Temporal.PlainDate {
  let found = day;
  for (let left = count; left > 0;) {
    found = found.subtract({ days: 1 });
    if (isBusinessDay(found)) left -= 1;
  }
  return found;
}

/** The exchanges count the stock market's days: on the holidays between, futures trade without settling. */
function isBusinessDay(day: Temporal.PlainDate): boolean {
  return sessionOn('XNYS', day.toString()) !== undefined;
}
