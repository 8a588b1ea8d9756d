import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TrafficCounters } from '@keelson/persistence';
import { until } from '@keelson/testkit';
import { Redis } from 'ioredis';
import { flawless } from './support/audit.ts';
import { World, type RunningPipeline } from './support/world.ts';

const SIGNALS = 50;

/** What was asked of the stores so far. */
interface Traffic extends TrafficCounters {
  redisCommands: number;
  /** Jobs that were put into the queue. */
  hops: number;
}

/**
 * What one signal costs, from the delivery to the published frame, in counts that no busy machine can blur: commits and
 * round trips of this process's pools (those of the signals that nothing else fell among), commands that Redis executed (what runs without signals,
 * such as BullMQ's own timers, is measured over the same time and taken off). The venue answers at once and fills whole orders.
 */
describe('the traffic of a signal', () => {
  let world: World;
  let worker: RunningPipeline;
  let redis: Redis;
  let cost: Traffic;

  beforeAll(async () => {
    world = await World.start();
    worker = await world.run();
    redis = new Redis(world.redis.url);
    // Connections, prepared statements, instruments and the webhook key are known from here on.
    await sendOneByOne(5);
    const before = await traffic();
    const started = performance.now();
    const each = await sendOneByOne(SIGNALS);
    const took = performance.now() - started;
    const after = await traffic();
    await new Promise((resolve) => setTimeout(resolve, took));
    const idle = difference(await traffic(), after);
    cost = {
      ...perSignal(difference(difference(after, before), idle)),
      // Sweeps, leases and heartbeats fall into the time of some, of nearly all where the machine is slow.
      commits: Math.min(...each.map(({ commits }) => commits)),
      roundTrips: Math.min(...each.map(({ roundTrips }) => roundTrips)),
    };
  }, 120_000);
  afterAll(async () => {
    await redis.quit();
    await world.close();
  });

  /** One after the other, so that none shares a round trip or a batch with its neighbour. */
  const sendOneByOne = async (count: number): Promise<TrafficCounters[]> => {
    const each: TrafficCounters[] = [];
    for (let index = 0; index < count; index += 1) {
      const before = counted();
      const signalId = await world.accept();
      await until(
        async () =>
          (
            await world.database.admin<{ ended: boolean }>(
              `select exists (select from keelson.stream_events where signal_id = $1 and event = 'order.filled') as ended`,
              [signalId],
            )
          )[0]!.ended,
        (ended) => ended,
      );
      const { commits, roundTrips } = counted();
      each.push({ commits: commits - before.commits, roundTrips: roundTrips - before.roundTrips });
    }
    return each;
  };

  /** By the pools of the delivery and of the pipeline; the test's own looks go another way. */
  const counted = (): TrafficCounters => {
    const [api, pipeline] = [world.database.db.counters, worker.database.counters];
    return { commits: api.commits + pipeline.commits, roundTrips: api.roundTrips + pipeline.roundTrips };
  };

  const traffic = async (): Promise<Traffic> => {
    const stats = [...(await redis.info('commandstats')).matchAll(/cmdstat_([^:]+):calls=(\d+)/g)];
    // Scripts call commands too, which Redis counts as calls of their own.
    const redisCommands = stats.reduce((sum, [, , calls]) => sum + Number(calls), 0);
    return {
      ...counted(),
      redisCommands,
      hops: Number((await redis.get('keelson:high:id')) ?? 0),
    };
  };

  it('is at most 4 commits and 6 round trips to Postgres', () => {
    expect(cost.commits).toBeLessThanOrEqual(4);
    expect(cost.roundTrips).toBeLessThanOrEqual(6);
  });

  it('is one hop through the queue, and at most 70 Redis commands', () => {
    expect(cost.hops).toBe(1);
    expect(cost.redisCommands).toBeLessThanOrEqual(70);
  });

  it('was counted on signals that all went well', async () => {
    expect(await world.settled()).toEqual(flawless(SIGNALS + 5));
    process.stdout.write(`per signal: ${JSON.stringify(cost)}\n`);
  });
});

function difference(after: Traffic, before: Traffic): Traffic {
  return combine(after, before, (a, b) => a - b);
}

function perSignal(all: Traffic): Traffic {
  return combine(all, all, (sum) => sum / SIGNALS);
}

function combine(one: Traffic, other: Traffic, join: (a: number, b: number) => number): Traffic {
  return {
    commits: join(one.commits, other.commits),
    roundTrips: join(one.roundTrips, other.roundTrips),
    redisCommands: join(one.redisCommands, other.redisCommands),
    hops: join(one.hops, other.hops),
  };
}
