import type { AlertSpec } from '@keelson/catalogue';

export const ExposureDrift: AlertSpec = {
  name: 'ExposureDrift',
  severity: 'high',
  summary: 'The exposure that an account has reserved is not the sum of what is open',
  metric: 'keelson_exposure_drifts',
  above: 0,
  for: '2 seconds',
  drill: { kind: 'exposure', by: '12345.67' },
};
