import { decimalText } from '@keelson/kernel';
import { limitCheck } from '../limit-check.ts';
import { converted, reducing, reservation, shrinks } from '../size.ts';

/**
 * What the venue would let the account buy, less what is approved and not filled yet, covers this order. Futures ask for
 * their margin, everything else for its whole worth.
 */
export const buyingPower = limitCheck({
  check: 'buying_power',
  code: 'buying_power',
  limit: 'min_buying_power',
  spares: shrinks,
  compare(situation, limit) {
    const { funds, exposures, instrument, quantity } = situation;
    const account = exposures.find(({ scope }) => scope === 'account');
    if (!funds || !account) return { exceeded: true, numbers: { buying_power: 'unknown' } };
    const needed = instrument.initialMargin
      ? converted(situation, instrument.initialMargin.times(quantity.minus(reducing(situation))))
      : reservation(situation);
    const left = funds.buyingPower.minus(account.reserved).minus(needed);
    const numbers = {
      buying_power: decimalText(funds.buyingPower),
      reserved: decimalText(account.reserved),
      needed: decimalText(needed),
    };
    return { exceeded: left.lt(limit), numbers };
  },
});
