import { REDIS_VARIABLE } from './shared-servers.ts';

/** The run's Redis. Test files share it: use keys, queues and channels of your own, or start a RedisServer. */
export function testRedisUrl(): string {
  const url = process.env[REDIS_VARIABLE];
  if (!url) throw new Error('The shared Redis is not running: tests need jest.config.ts with its globalSetup');
  return url;
}
