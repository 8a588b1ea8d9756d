import type { CloudEnvironment } from './environment.ts';

/** Where money is: protected data, two of everything stateless, backups that nobody can delete. */
export const prod = {
  name: 'prod',
  target: 'railway',
  size: 'growth',
  regions: ['us-east'],
  services: { api: { scaling: { replicas: 2 } }, 'stream-gateway': { scaling: { replicas: 2 } } },
  switches: { production: true, sleep: false, liveTrading: true },
} satisfies CloudEnvironment;
