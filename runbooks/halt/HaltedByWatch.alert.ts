import type { AlertSpec } from '@keelson/catalogue';

export const HaltedByWatch: AlertSpec = {
  name: 'HaltedByWatch',
  severity: 'critical',
  summary:
    'A rule halted trading by itself: daily loss, error rate, runaway strategy, stale feed or a silent heartbeat',
  metric: 'keelson_halts_by_watch',
  above: 0,
  for: '0 seconds',
  drill: { kind: 'runaway' },
};
