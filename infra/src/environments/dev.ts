import type { CloudEnvironment } from './environment.ts';

/** Where changes meet real vendors first: small, paper only, asleep when nobody looks. */
export const dev = {
  name: 'dev',
  target: 'railway',
  size: 'personal',
  regions: ['us-east'],
  services: { worker: { scaling: { replicas: 1 } } },
  switches: { production: false, sleep: true, liveTrading: false },
} satisfies CloudEnvironment;
