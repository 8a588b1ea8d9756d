import type { AlertSpec } from '@keelson/catalogue';

export const ReconciliationStale: AlertSpec = {
  name: 'ReconciliationStale',
  severity: 'high',
  summary: 'An account is due to be compared with its venue, and nobody can',
  metric: 'keelson_reconciliation_overdue_seconds',
  above: 15,
  for: '2 seconds',
  drill: { kind: 'venue', control: { unavailable: true } },
};
