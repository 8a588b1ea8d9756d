import { z } from 'zod';
import { percent, processEnv } from '../env.ts';
import { defineService } from '../service.ts';

export const paperBroker = defineService({
  name: 'paper-broker',
  purpose: 'the simulated venue: seeded prices, its own append-only log, faults on command',
  source: 'services/paper-broker',
  entry: 'dist/services/paper-broker/src/main.js',
  portOffset: 2,
  live: '/health',
  ready: '/health/ready',
  exposure: 'private',
  runs: [],
  needs: [],
  after: [],
  env: z.strictObject({
    ...processEnv,
    PAPER_LOG_FILE: z.string().min(1).describe("the venue's own append-only log, one JSON object a line"),
    PAPER_LOG_SYNC: z
      .enum(['on', 'off'])
      .default('off')
      .describe("flush each write to the disk; off survives the process's death, on also the machine's"),
    PAPER_LATENCY_MIN_MS: z.coerce.number().min(0).default(5).describe('shortest time to an answer'),
    PAPER_LATENCY_MAX_MS: z.coerce.number().min(0).default(20).describe('longest time to an answer'),
    PAPER_PARTIAL_FILL_PERCENT: percent.default(20).describe('share of orders that fill in two parts'),
    PAPER_SEED: z.coerce.number().int().default(1).describe('seed of prices, latencies and faults'),
  }),
  secrets: [],
  scaling: { replicas: 1, maximum: 1 },
  resources: { cpu: 0.25, memoryMib: 512 },
  rollout: 'recreate',
  drainWithin: '5 seconds',
  objectives: [],
});
