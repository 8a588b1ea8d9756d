import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisServer } from '@keelson/testkit';
import { Redis } from 'ioredis';
import { WakeUpQueue, WakeUpWorker } from '../src/wake-up.ts';

const SECONDS_A_DAY = 86_400;
/** As in wake-up.ts: what is measured here with short reads is worked out for those. */
const IDLE_READ_SECONDS = 300;
const RUBBISH_EVERY_SECONDS = 3_600;
const WORKERS = 2;
const MOST_A_DAY = 8_000;

/** Commands that Redis executed so far, those inside of scripts included; INFO itself is not counted. */
async function commands(redis: Redis): Promise<Readonly<Record<string, number>>> {
  const stats = [...(await redis.info('commandstats')).matchAll(/cmdstat_([^:]+):calls=(\d+)/g)];
  return Object.fromEntries(stats.flatMap(([, name, calls]) => (name === 'info' ? [] : [[name, Number(calls)]])));
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, calls) => sum + calls, 0);

async function reaches(redis: Redis, read: number): Promise<Readonly<Record<string, number>>> {
  for (const end = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const now = await commands(redis);
    if ((now['bzpopmin'] ?? 0) >= read) return now;
    if (Date.now() > end) throw new Error(`no ${read} reads within a minute: ${JSON.stringify(now)}`);
  }
}

describe('an idle queue', () => {
  let server: RedisServer;
  let redis: Redis;
  let worker: WakeUpWorker;
  let queue: WakeUpQueue;
  beforeAll(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.url);
    queue = new WakeUpQueue(server.url);
    await queue.ping();
    worker = new WakeUpWorker(server.url, 64, () => Promise.resolve(), { idleReadSeconds: 1 });
    worker.start();
  });
  afterAll(async () => {
    await worker.close();
    await queue.close();
    await redis.quit();
    await server.remove();
  });

  it(`of two workers costs Redis at most ${MOST_A_DAY} commands a day`, async () => {
    const first = await reaches(redis, 2);
    const started = total(first);
    const last = await reaches(redis, first['bzpopmin']! + 5);
    const perRead = (total(last) - started) / (last['bzpopmin']! - first['bzpopmin']!);
    // What was asked for until then holds one look for rubbish, and two reads: an upper bound of what a look costs.
    const perDay =
      WORKERS * (perRead * (SECONDS_A_DAY / IDLE_READ_SECONDS) + started * (SECONDS_A_DAY / RUBBISH_EVERY_SECONDS));
    process.stdout.write(`idle: ${perRead} commands a read, at most ${started} a look; ${Math.round(perDay)} a day\n`);
    expect(perDay).toBeLessThanOrEqual(MOST_A_DAY);
  });
});
