import type { CloudEnvironment } from './environment.ts';

/** The rehearsal of prod on real vendors: the same shape, and where the load gates run. */
export const staging = {
  name: 'staging',
  target: 'railway',
  size: 'personal',
  regions: ['us-east'],
  services: {},
  switches: { production: false, sleep: false, liveTrading: false },
} satisfies CloudEnvironment;
