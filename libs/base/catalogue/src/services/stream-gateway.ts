import { z } from 'zod';
import { browserEnv, postgresEnv, processEnv, redisEnv, tokenEnv, withTokenKeys } from '../env.ts';
import { apiAvailability } from '../objective.ts';
import { defineService } from '../service.ts';

export const streamGateway = defineService({
  name: 'stream-gateway',
  purpose: 'streams events to screens, gap-free and resumable',
  source: 'services/stream-gateway',
  entry: 'dist/services/stream-gateway/src/main.js',
  portOffset: 1,
  live: '/health',
  ready: '/health/ready',
  exposure: 'public',
  runs: [],
  needs: ['postgres', 'redis'],
  after: [],
  env: withTokenKeys(z.strictObject({ ...processEnv, ...postgresEnv, ...redisEnv, ...tokenEnv, ...browserEnv })),
  secrets: [
    { variable: 'DATABASE_URL', purpose: 'password of the role keelson_app', rotateEvery: 'on compromise' },
    { variable: 'REDIS_URL', purpose: 'password of the carrier', rotateEvery: 'on compromise' },
  ],
  scaling: { replicas: 1, maximum: 10 },
  resources: { cpu: 0.5, memoryMib: 512 },
  rollout: 'rolling',
  drainWithin: '10 seconds',
  objectives: [apiAvailability],
});
