import { z } from 'zod';
import { browserEnv, postgresEnv, processEnv, redisEnv, tokenEnv, withTokenKeys } from '../env.ts';
import { apiAvailability, webhookAvailability } from '../objective.ts';
import { defineService } from '../service.ts';

export const api = defineService({
  name: 'api',
  purpose: 'takes webhooks in and answers questions about trades, orders and positions',
  source: 'services/api',
  entry: 'dist/services/api/src/main.js',
  portOffset: 0,
  live: '/health',
  ready: '/health/ready',
  exposure: 'public',
  runs: ['receive'],
  needs: ['postgres', 'redis'],
  after: ['worker'],
  env: withTokenKeys(
    z.strictObject({
      ...processEnv,
      ...postgresEnv,
      // Every webhook is one short transaction: connections are what its rate is made of.
      DATABASE_POOL_SIZE: postgresEnv.DATABASE_POOL_SIZE.default(20),
      ...redisEnv,
      ...tokenEnv,
      ...browserEnv,
      STREAM_URL: z
        .url({ protocol: /^wss?$/ })
        .optional()
        .describe('stream address that the start page connects to'),
    }),
  ),
  secrets: [
    { variable: 'DATABASE_URL', purpose: 'password of the role keelson_app', rotateEvery: 'on compromise' },
    { variable: 'REDIS_URL', purpose: 'password of the carrier', rotateEvery: 'on compromise' },
  ],
  scaling: { replicas: 1, maximum: 10 },
  resources: { cpu: 0.5, memoryMib: 512 },
  rollout: 'rolling',
  drainWithin: '10 seconds',
  objectives: [apiAvailability, webhookAvailability],
  rateLimits: { read: '200 per minute', write: '60 per minute' },
});
