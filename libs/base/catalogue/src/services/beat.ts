import { z } from 'zod';
import { postgresEnv, postgresUrl, processEnv, redisEnv } from '../env.ts';
import { defineService } from '../service.ts';

export const beat = defineService({
  name: 'beat',
  purpose: 'runs the schedules of the catalogue; exactly one is active, by lease',
  source: 'services/beat',
  entry: 'dist/services/beat/src/main.js',
  portOffset: 4,
  live: '/health',
  ready: '/health/ready',
  exposure: 'private',
  runs: [],
  needs: ['postgres', 'redis'],
  after: [],
  env: z.strictObject({
    ...processEnv,
    ...postgresEnv,
    ...redisEnv,
    NOTIFICATIONS_WEBHOOK_URL: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('where alerts are posted as JSON (a chat’s incoming webhook); without it they are logged'),
    // In a cloud its container migrates before it starts: the one service that is private, and exactly one.
    DATABASE_ADMIN_URL: postgresUrl.optional().describe('Postgres as its owner, for the migration before a start'),
    DATABASE_APP_PASSWORD: z.string().min(16).optional().describe('password that the migration gives keelson_app'),
  }),
  secrets: [
    { variable: 'DATABASE_URL', purpose: 'password of the role keelson_app', rotateEvery: 'on compromise' },
    { variable: 'REDIS_URL', purpose: 'password of the carrier', rotateEvery: 'on compromise' },
    { variable: 'NOTIFICATIONS_WEBHOOK_URL', purpose: 'who knows it may write there', rotateEvery: 'on compromise' },
  ],
  scaling: { replicas: 1, maximum: 1 },
  resources: { cpu: 0.25, memoryMib: 256 },
  rollout: 'recreate',
  drainWithin: '10 seconds',
  objectives: [],
});
