import { Owner, WakeUpQueue } from '@keelson/messaging';
import { Database } from '@keelson/persistence';
import { alpacaAccess, Pipeline, type StandIn } from '@keelson/pipeline';
import { RedisFrameSender } from '@keelson/stream/frame-sender';
import type { Logger } from 'pino';
import type { ApiConfig } from '../api.module.ts';

/** Connections of the stand-in, beside those that answer webhooks. */
const POOL_SIZE = 6;
/** Signals in flight: fewer than a worker's, as requests are answered by the same process. */
const CONCURRENCY = 16;
const LEASE_MS = 2_000;

/**
 * The workers' pipeline for this process, with connections of its own so that webhooks never wait for it. It sweeps and
 * takes nothing from the queue: what wakes workers is left to them.
 */
export function standIn(config: ApiConfig, paperBrokerUrl: string, logger: Logger): StandIn {
  const database = new Database({
    url: config.DATABASE_URL,
    directUrl: config.DATABASE_DIRECT_URL,
    poolSize: POOL_SIZE,
    applicationName: 'api-standby',
    connectWithin: '5 seconds',
  });
  const parts = {
    database,
    owner: new Owner(database),
    wakeUps: new WakeUpQueue(config.REDIS_URL),
    frames: new RedisFrameSender(config.REDIS_URL),
  };
  const pipeline = new Pipeline(parts, {
    ...{ redisUrl: config.REDIS_URL, paperBrokerUrl, liveTrading: config.LIVE_TRADING === 'on' },
    alpaca: alpacaAccess(config),
    ...{ concurrency: CONCURRENCY, leaseMs: LEASE_MS, liveness: true, carrier: 'sweep', fuse: true },
    quotesEvery: '1 second',
    onError: (error) => logger.error({ error }, 'A step failed; its message waits for another attempt'),
  });
  return {
    start: () => pipeline.start(),
    stop: async () => {
      await pipeline.stop();
      await database.close();
    },
  };
}
