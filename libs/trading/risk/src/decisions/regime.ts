import type { QuoteFacts } from '../situation.ts';

/** How the market in a symbol is at a moment, as far as its last quote tells. Decisions are made ahead for each. */
export const regimes = ['calm', 'wide', 'unpriced'] as const;
export type Regime = (typeof regimes)[number];

const BELIEVED_FOR_MS = 60_000;
/** Of the middle price: beyond, crossing the spread costs more than most signals are worth. */
const WIDE_PERCENT = '0.5';

/** The regime that a quote stands for; pure. */
export function regimeOf(quote: QuoteFacts | undefined, now: Date): Regime {
  if (!quote || now.getTime() - quote.at.getTime() > BELIEVED_FOR_MS) return 'unpriced';
  const middle = quote.bid.plus(quote.ask).div(2);
  if (!middle.gt(0)) return 'unpriced';
  return quote.ask.minus(quote.bid).times(100).gt(middle.times(WIDE_PERCENT)) ? 'wide' : 'calm';
}
