import type { AlertSpec } from '@keelson/catalogue';

export const ReconciliationDrift: AlertSpec = {
  name: 'ReconciliationDrift',
  severity: 'critical',
  summary: 'An account’s books and its venue’s differ, and nothing that is safe makes them equal',
  metric: 'keelson_reconciliation_drifts',
  above: 0,
  // What mends itself is gone by then.
  for: '8 seconds',
  drill: { kind: 'position', symbol: 'GC', quantity: '7' },
};
