import type { AlertSpec } from '@keelson/catalogue';

export const SignalBacklogGrowing: AlertSpec = {
  name: 'SignalBacklogGrowing',
  severity: 'critical',
  summary: 'Accepted signals wait instead of being decided',
  metric: 'keelson_outbox_oldest_age_seconds',
  // A healthy signal waits milliseconds; TradingView's own patience ends at three seconds.
  above: 3,
  for: '2 seconds',
  drill: { kind: 'freeze', service: 'worker' },
};
