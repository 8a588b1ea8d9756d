import { decimalText } from '@keelson/kernel';
import { limitCheck } from '../limit-check.ts';
import { shrinks } from '../size.ts';

/** Units of one symbol, long or short, when everything that is open on this side is filled. */
export const maxPosition = limitCheck({
  check: 'max_position',
  code: 'max_position',
  limit: 'max_position',
  spares: (situation) => situation.legs !== undefined || shrinks(situation),
  compare({ side, position, openBuys, openSells, quantity }, limit) {
    const after = side === 'buy' ? position.plus(openBuys).plus(quantity) : position.minus(openSells).minus(quantity);
    const numbers = { position: decimalText(position), after: decimalText(after) };
    return { exceeded: after.abs().gt(limit), numbers };
  },
});
