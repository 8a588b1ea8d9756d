import type { AlertSpec } from '@keelson/catalogue';

export const QuoteFeedStale: AlertSpec = {
  name: 'QuoteFeedStale',
  severity: 'high',
  summary: 'Prices of open markets have stopped coming in',
  metric: 'keelson_quote_oldest_age_seconds',
  // One look a second; a worker that takes over the feed is there after five.
  above: 10,
  for: '5 seconds',
  drill: { kind: 'venue', control: { quotes_frozen_at: '2026-01-02T15:00:00.000Z' } },
};
