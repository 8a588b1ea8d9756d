import { limitCheck } from '../limit-check.ts';

/**
 * A strategy that runs away is stopped by its rate. This reading saves a doomed write; what binds is seal_approval(),
 * which counts again while no other approval of the strategy can come in between.
 */
export const orderRatePerSecond = limitCheck({
  check: 'order_rate_per_second',
  code: 'order_rate',
  limit: 'max_orders_per_second',
  compare: ({ approvals: { lastSecond } }, limit) => ({
    exceeded: limit.lte(lastSecond),
    numbers: { approved: String(lastSecond), within: '1 second' },
  }),
});

export const orderRatePerMinute = limitCheck({
  check: 'order_rate_per_minute',
  code: 'order_rate',
  limit: 'max_orders_per_minute',
  compare: ({ approvals: { lastMinute } }, limit) => ({
    exceeded: limit.lte(lastMinute),
    numbers: { approved: String(lastMinute), within: '1 minute' },
  }),
});
