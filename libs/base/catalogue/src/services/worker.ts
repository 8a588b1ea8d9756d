import { z } from 'zod';
import { alpacaEnv, alpacaSecrets, breakerEnv, postgresEnv, processEnv, redisEnv, venueEnv } from '../env.ts';
import { pipelineAvailability } from '../objective.ts';
import { defineService } from '../service.ts';

export const worker = defineService({
  name: 'worker',
  purpose: 'decides, places, routes, listens, applies, books and publishes',
  source: 'services/worker',
  entry: 'dist/services/worker/src/main.js',
  portOffset: 3,
  live: '/health',
  ready: '/health/ready',
  exposure: 'private',
  runs: ['decide', 'place', 'route', 'cancel', 'replace', 'listen', 'reconcile', 'apply', 'book', 'publish'],
  needs: ['postgres', 'redis', 'venue'],
  after: ['paper-broker'],
  env: z.strictObject({
    ...processEnv,
    ...postgresEnv,
    ...redisEnv,
    ...venueEnv,
    ...breakerEnv,
    ...alpacaEnv,
    WORKER_CONCURRENCY: z.coerce
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(64)
      .describe('signals in flight in one process'),
    WORKER_LEASE_MS: z.coerce
      .number()
      .int()
      .min(500)
      .max(60_000)
      .default(2_000)
      .describe('how long a claim holds without sign of life'),
    WORKER_LIVENESS: z
      .enum(['on', 'off'])
      .default('on')
      .describe('take over from a dead owner at once, not when its lease ends'),
    WORKER_FUSE: z
      .enum(['on', 'off'])
      .default('on')
      .describe('neighbouring steps share a commit; off, each hops through the queue'),
    WORKER_STEP_DELAY: z
      .string()
      .regex(/^(decide|route|listen):\d+$/, 'must be decide, route or listen, a colon and milliseconds')
      .optional()
      .describe('a step and milliseconds added to it, to prove that a load gate notices; never set in prod'),
    WORKER_CARRIER: z
      .enum(['queue', 'sweep'])
      .default('queue')
      .describe('BullMQ wake-ups, or the Postgres sweep alone'),
  }),
  secrets: [
    { variable: 'DATABASE_URL', purpose: 'password of the role keelson_app', rotateEvery: 'on compromise' },
    { variable: 'REDIS_URL', purpose: 'password of the carrier', rotateEvery: 'on compromise' },
    ...alpacaSecrets,
  ],
  // Two, so that one may die at any moment and the other has its signals within half a second.
  scaling: { replicas: 2, maximum: 10 },
  resources: { cpu: 0.5, memoryMib: 512 },
  rollout: 'rolling',
  drainWithin: '20 seconds',
  objectives: [pipelineAvailability],
});
