import type { AlertSpec } from '@keelson/catalogue';

export const BrokerCircuitOpen: AlertSpec = {
  name: 'BrokerCircuitOpen',
  severity: 'critical',
  summary: 'A venue failed three times in a row and gets no new orders',
  metric: 'keelson_broker_circuits_open',
  above: 0,
  for: '0 seconds',
  drill: { kind: 'venue', control: { fail_next_requests: 3 } },
};
