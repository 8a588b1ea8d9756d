import type { StepName } from '@keelson/contracts';

/** All steps of the worker. Named one by one, they also leave out the self-test, which the tests do not measure. */
export const ALL_STEPS: readonly StepName[] = [
  'decide',
  'place',
  'route',
  'cancel',
  'replace',
  'listen',
  'apply',
  'book',
  'publish',
];

/** Where a worker process ends or freezes itself: at the nth time that a commit of this step is at this point. */
export interface KillPoint {
  /** SIGKILL when left out, as a crash does. */
  readonly signal?: 'SIGKILL' | 'SIGSTOP';
  readonly point: 'before-commit' | 'after-commit';
  readonly step: StepName;
  readonly nth: number;
}

/** How a worker process of a test runs; one JSON line on its standard input. */
export interface WorkerSettings {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly paperBrokerUrl: string;
  readonly fuse: boolean;
  readonly steps: readonly StepName[];
  readonly kill?: KillPoint;
}

/** What every pipeline of these tests has in common. */
export const COMMON = {
  concurrency: 64,
  leaseMs: 2_000,
  liveness: true,
  carrier: 'queue',
  // These tests lose replies on purpose, again and again; the breaker has tests of its own.
  breaker: { failures: 1_000_000, within: '5 minutes', coolDown: '10 minutes' },
} as const;
