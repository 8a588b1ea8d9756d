import type { AlertSpec } from '@keelson/catalogue';

export const MarketCheckFailed: AlertSpec = {
  name: 'MarketCheckFailed',
  severity: 'high',
  summary: 'Not everything is ready for the open of the market',
  metric: 'keelson_market_checks_failed',
  above: 0,
  for: '2 seconds',
  // Prices count as old after fifteen seconds; then the check of the morning is made.
  drill: {
    kind: 'venue',
    control: { quotes_frozen_at: '2026-01-02T15:00:00.000Z' },
    checkMarketAfter: '18 seconds',
  },
};
