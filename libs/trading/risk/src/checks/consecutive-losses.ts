import { limitCheck } from '../limit-check.ts';

/**
 * Losses in a row say that the market is not what the strategy takes it for. One before the limit warns; at the limit
 * the signal is denied and decide halts the strategy in the same transaction. Resuming it counts from zero.
 */
export const consecutiveLosses = limitCheck({
  check: 'consecutive_losses',
  code: 'consecutive_losses',
  limit: 'max_consecutive_losses',
  compare({ consecutiveLosses: losses }, limit) {
    const exceeded = limit.lte(losses);
    const near = !exceeded && limit.minus(1).lte(losses) && losses > 0;
    return {
      exceeded,
      ...(near && { warning: 'one more loss halts the strategy' }),
      numbers: { losses: String(losses) },
    };
  },
});
