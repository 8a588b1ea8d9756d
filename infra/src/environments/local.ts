import type { LocalEnvironment } from './environment.ts';

/** Everything on one machine, as processes. */
export const local = {
  name: 'local',
  target: 'local',
  services: {},
  // Enough for two workers and a load test beside them, and small enough for a laptop.
  postgres: { maxConnections: 200, sharedBuffersMib: 128 },
  switches: { demoData: true },
} satisfies LocalEnvironment;
