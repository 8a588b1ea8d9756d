import { z } from 'zod';
import {
  alpacaEnv,
  alpacaSecrets,
  breakerEnv,
  browserEnv,
  postgresEnv,
  processEnv,
  redisEnv,
  tokenEnv,
  venueEnv,
  withTokenKeys,
} from '../env.ts';
import { apiAvailability, webhookAvailability } from '../objective.ts';
import { defineService } from '../service.ts';

export const api = defineService({
  name: 'api',
  purpose:
    'takes webhooks in, answers questions about trades, orders and positions, halts; stands in for workers when none lives',
  source: 'services/api',
  entry: 'dist/services/api/src/main.js',
  portOffset: 0,
  live: '/health',
  ready: '/health/ready',
  exposure: 'public',
  runs: ['receive'],
  needs: ['postgres', 'redis', 'venue'],
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
      // For halts, and for standing in while no worker lives; left out, this process can only block.
      PAPER_BROKER_URL: venueEnv.PAPER_BROKER_URL.optional(),
      LIVE_TRADING: breakerEnv.LIVE_TRADING,
      ...alpacaEnv,
      STREAM_URL: z
        .url({ protocol: /^wss?$/ })
        .optional()
        .describe('stream address that the start page connects to'),
    }),
  ),
  secrets: [
    { variable: 'DATABASE_URL', purpose: 'password of the role keelson_app', rotateEvery: 'on compromise' },
    { variable: 'REDIS_URL', purpose: 'password of the carrier', rotateEvery: 'on compromise' },
    ...alpacaSecrets,
  ],
  scaling: { replicas: 1, maximum: 10 },
  resources: { cpu: 0.5, memoryMib: 512 },
  rollout: 'rolling',
  drainWithin: '10 seconds',
  objectives: [apiAvailability, webhookAvailability],
  rateLimits: { read: '200 per minute', write: '60 per minute' },
});
