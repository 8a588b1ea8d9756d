import type { AlertSpec } from '@keelson/catalogue';

export const DeadLetters: AlertSpec = {
  name: 'DeadLetters',
  severity: 'high',
  summary: 'Messages failed again and again by their own fault, and their signals stand still',
  metric: 'keelson_dead_letters',
  above: 0,
  for: '0 seconds',
  drill: { kind: 'poison' },
};
