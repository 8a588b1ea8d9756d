import { decimalText } from '@keelson/kernel';
import { limitCheck } from '../limit-check.ts';
import { worth } from '../size.ts';

/** The largest order that may be sent, also to leave a position: a slip of the keyboard is as wide in both directions. */
export const maxNotional = limitCheck({
  check: 'max_notional',
  code: 'max_notional',
  limit: 'max_notional',
  compare(situation, limit) {
    const notional = worth(situation);
    return { exceeded: notional.gt(limit), numbers: { notional: decimalText(notional) } };
  },
});
