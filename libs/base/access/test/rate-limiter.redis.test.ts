import { RedisServer } from '@keelson/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Bucket, RateLimiter } from '../src/rate-limiter.ts';

let server: RedisServer;
let observer: Redis;

beforeAll(async () => {
  server = await RedisServer.start();
  observer = new Redis(server.url);
  observer.on('error', () => undefined);
});
afterAll(async () => {
  observer.disconnect();
  await server.remove();
});

function bucket(identifier: string): Bucket {
  return { category: 'webhook', identifier, perMinute: 4, burst: 0 };
}

async function admittedOf(limiters: readonly RateLimiter[], each: Bucket, tries: number): Promise<number> {
  let admitted = 0;
  for (let i = 0; i < tries; i += 1) {
    const outcome = await limiters[i % limiters.length]!.admit(each).catch((refusal: Error) => refusal);
    if (!(outcome instanceof Error)) admitted += 1;
  }
  return admitted;
}

async function connectionsSoFar(): Promise<string | undefined> {
  return /total_connections_received:(\d+)/.exec(await observer.info('stats'))?.[1];
}

describe('RateLimiter with Redis', () => {
  it('does not even connect for keys without a limit', async () => {
    const limiter = new RateLimiter({ redisUrl: server.url });
    const before = await connectionsSoFar();
    for (let i = 0; i < 100; i += 1) await limiter.admit(undefined);
    expect(await connectionsSoFar()).toBe(before);
    await limiter.close();
  });

  it('counts the requests of all instances together, under a key that ends with its window', async () => {
    const instances = [new RateLimiter({ redisUrl: server.url }), new RateLimiter({ redisUrl: server.url })];
    expect(await admittedOf(instances, bucket('shared'), 10)).toBe(4);
    expect(await observer.keys('ratelimit:*')).toEqual(['ratelimit:webhook:shared']);
    const seconds = await observer.ttl('ratelimit:webhook:shared');
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
    for (const instance of instances) await instance.close();
  });

  it('goes on counting in memory when Redis dies, and together again when it is back', async () => {
    const told: Error[] = [];
    const settings = { redisUrl: server.url, onFallback: (error: Error) => told.push(error) };
    const instances = [new RateLimiter(settings), new RateLimiter({ redisUrl: server.url })];
    expect(await admittedOf(instances, bucket('before'), 10)).toBe(4);
    await server.end('SIGKILL');
    const startedAt = performance.now();
    expect(await admittedOf(instances, bucket('during'), 20)).toBe(8);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await server.restart();
    await observer.ping();
    for (let attempt = 0; (await observer.keys('ratelimit:webhook:after*')).length < 2; attempt += 1) {
      if (attempt > 50) throw new Error('The limiters did not return to Redis');
      await new Promise((resolve) => setTimeout(resolve, 100));
      for (const [index, instance] of instances.entries())
        await instance.admit({ ...bucket(`after-${index}`), perMinute: 999 });
    }
    expect(await admittedOf(instances, bucket('together'), 10)).toBe(4);
    expect(told).toHaveLength(1);
    for (const instance of instances) await instance.close();
  });
});
