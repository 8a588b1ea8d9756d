import { Decimal, decimalText } from '@keelson/kernel';
import { limitCheck } from '../limit-check.ts';
import type { Situation } from '../situation.ts';
import { shrinks } from '../size.ts';

/** When the price was made that the order is judged by; of a spread, the oldest of its legs. */
function pricedAt({ quote, legs }: Situation): Date | undefined {
  if (!legs) return quote?.at;
  const times = legs.map((leg) => leg.quotedAt?.getTime() ?? NaN);
  const oldest = Math.min(...times);
  return Number.isNaN(oldest) ? undefined : new Date(oldest);
}

/** Nothing is opened by a price that may be gone. No price at all is stale. Leaving a position needs none. */
export const stalePrice = limitCheck({
  check: 'stale_price',
  code: 'stale_price',
  limit: 'max_price_age_seconds',
  spares: shrinks,
  compare(situation, limit) {
    const at = pricedAt(situation);
    if (!at) return { exceeded: true, numbers: { age_seconds: 'unknown' } };
    const age = new Decimal(situation.now.getTime() - at.getTime()).div(1_000);
    return { exceeded: age.gt(limit), numbers: { age_seconds: decimalText(age), quoted_at: at.toISOString() } };
  },
});
