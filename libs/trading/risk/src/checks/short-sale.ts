import { decimalText } from '@keelson/kernel';
import type { Check } from '../denial.ts';

/** Selling more than is held needs an account that may sell short. */
export const shortSale: Check = ({ maySellShort, side, position, quantity }) => {
  const numbers = { may_sell_short: String(maySellShort), position: decimalText(position) };
  return side === 'sell' && !maySellShort && position.lt(quantity)
    ? { check: 'short_sale', denied: 'short_sale', numbers }
    : { check: 'short_sale', numbers };
};
