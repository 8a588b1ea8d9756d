import type { AlertSpec } from '@keelson/catalogue';

export const OrderStuckSubmitted: AlertSpec = {
  name: 'OrderStuckSubmitted',
  severity: 'critical',
  summary: 'An order was sent to a venue, and nobody knows whether it is there',
  metric: 'keelson_orders_stuck',
  above: 0,
  for: '2 seconds',
  drill: { kind: 'venue', control: { unavailable: true } },
};
