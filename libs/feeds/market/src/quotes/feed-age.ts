import { isOpen } from '../calendar/trading-calendar.ts';
import { calendarOf } from '../instrument.ts';
import type { QuoteAge } from './quote.store.ts';

/**
 * How old the oldest price is that ought to be fresh, in seconds: prices of markets that are closed may be old. Zero when
 * nothing is priced.
 */
export function feedAge(ages: readonly QuoteAge[], now: Date): number {
  return Math.max(0, ...ages.filter((age) => isOpen(calendarOf(age), now)).map(({ ageSeconds }) => ageSeconds));
}
