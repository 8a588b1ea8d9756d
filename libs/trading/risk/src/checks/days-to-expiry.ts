import { Decimal, decimalText } from '@keelson/kernel';
import { limitCheck } from '../limit-check.ts';
import type { Situation } from '../situation.ts';
import { shrinks } from '../size.ts';

const DAY_MS = 86_400_000;

/** The first expiry of an option or of a spread's legs. */
function firstExpiry({ instrument, legs }: Situation): Date | undefined {
  if (!legs) return instrument.kind === 'option' ? instrument.expiresAt : undefined;
  const times = legs.map((leg) => leg.option?.expiresAt.getTime() ?? Infinity);
  const first = Math.min(...times);
  return first === Infinity ? undefined : new Date(first);
}

/** An option that is about to expire can only be left. */
export const daysToExpiry = limitCheck({
  check: 'days_to_expiry',
  code: 'option_rules',
  limit: 'min_days_to_expiry',
  spares: (situation) => firstExpiry(situation) === undefined || shrinks(situation),
  compare(situation, limit) {
    const expires = firstExpiry(situation)!;
    const days = new Decimal(expires.getTime() - situation.now.getTime()).div(DAY_MS).toDecimalPlaces(4);
    return { exceeded: days.lt(limit), numbers: { days: decimalText(days), expires_at: expires.toISOString() } };
  },
});
