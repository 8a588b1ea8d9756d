import type { AlertSpec } from '@keelson/catalogue';

export const HaltUnproven: AlertSpec = {
  name: 'HaltUnproven',
  severity: 'critical',
  summary: 'A halt blocks new orders, but no venue has shown yet that nothing works any more',
  metric: 'keelson_halt_unproven_seconds',
  above: 10,
  for: '2 seconds',
  drill: { kind: 'unprovable_halt' },
};
