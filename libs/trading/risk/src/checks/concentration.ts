import { Decimal, decimalText, notional } from '@keelson/kernel';
import { limitCheck, shareOfEquity } from '../limit-check.ts';
import { converted, shrinks, sizingPrice, worth } from '../size.ts';

/** How much of the account's equity one symbol may be, with this order and what is open on its side. */
export const concentration = limitCheck({
  check: 'concentration',
  code: 'concentration',
  limit: 'max_concentration_percent',
  spares: shrinks,
  compare(situation, limit) {
    const { side, position, openBuys, openSells, quantity, instrument, legs } = situation;
    const after = side === 'buy' ? position.plus(openBuys).plus(quantity) : position.minus(openSells).minus(quantity);
    const largest = Decimal.max(after.abs(), position.abs());
    const amount = legs
      ? worth(situation)
      : converted(situation, notional(largest, sizingPrice(situation), instrument.multiplier));
    return shareOfEquity(situation, amount, (percent) => percent.gt(limit), { worth: decimalText(amount) });
  },
});
