import { Decimal, decimalText, ZERO } from '@keelson/kernel';
import { limitCheck, shareOfEquity } from '../limit-check.ts';
import { shrinks } from '../size.ts';

/** A day that has lost too much ends: nothing is opened, what is held may be left. */
export const dailyLoss = limitCheck({
  check: 'daily_loss',
  code: 'daily_loss',
  limit: 'max_daily_loss_percent',
  spares: shrinks,
  compare(situation, limit) {
    if (situation.dayResult === 'unknown') return { exceeded: true, numbers: { loss: 'unknown' } };
    const loss = Decimal.max(situation.dayResult.negated(), ZERO);
    if (loss.isZero()) return { exceeded: false, numbers: { loss: '0' } };
    return shareOfEquity(situation, loss, (percent) => percent.gte(limit), { loss: decimalText(loss) });
  },
});
