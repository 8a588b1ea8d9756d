import type { AlertSpec } from '@keelson/catalogue';

export const VenueEventQuarantined: AlertSpec = {
  name: 'VenueEventQuarantined',
  severity: 'high',
  summary: 'A venue said something of an order that cannot be, and it was put aside',
  metric: 'keelson_venue_events_quarantined',
  above: 0,
  for: '0 seconds',
  drill: { kind: 'venue', control: { contradict_next: 1 } },
};
