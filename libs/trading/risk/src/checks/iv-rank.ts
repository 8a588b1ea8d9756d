import { decimalText } from '@keelson/kernel';
import { limitCheck } from '../limit-check.ts';
import type { Situation } from '../situation.ts';
import { shrinks } from '../size.ts';

/** Whether premium is sold to open: an option on the sell side, or a spread that takes more than it pays. */
function sellsPremium({ instrument, legs, side }: Situation): boolean {
  if (!legs) return instrument.kind === 'option' && side === 'sell';
  if (!legs.every((leg) => leg.option)) return false;
  const paid = legs.map((leg) => leg.price.times(leg.quantity).times(leg.side === 'buy' ? 1 : -1));
  return paid.reduce((sum, one) => sum.plus(one)).lt(0);
}

/** Premium is sold only while it is dear. A rank that nobody knows is none. */
export const ivRank = limitCheck({
  check: 'iv_rank',
  code: 'option_rules',
  limit: 'min_iv_rank',
  spares: (situation) => !sellsPremium(situation) || shrinks(situation),
  compare: ({ ivRank: rank }, limit) => ({
    exceeded: !rank?.gte(limit),
    numbers: { iv_rank: rank ? decimalText(rank) : 'unknown' },
  }),
});
