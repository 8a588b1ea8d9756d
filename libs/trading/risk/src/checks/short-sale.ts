import { decimalText } from '@keelson/kernel';
import type { Check } from '../denial.ts';
import { maximumLoss } from '../spread.ts';
import { reducible, shrinks } from '../size.ts';

/** Selling more than is held, less what is being sold already, needs an account that may sell short; so does an uncovered leg. */
export const shortSale: Check = (situation) => {
  const { maySellShort, side, position, legs } = situation;
  const numbers = {
    may_sell_short: String(maySellShort),
    position: decimalText(position),
    reducible: decimalText(reducible(situation)),
  };
  const goesShort = legs ? !maximumLoss(legs).defined : side === 'sell';
  return goesShort && !maySellShort && !shrinks(situation)
    ? { check: 'short_sale', denied: 'short_sale', numbers }
    : { check: 'short_sale', numbers };
};
