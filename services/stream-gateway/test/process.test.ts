import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StreamClient, StreamClosed } from '@keelson/stream';
import { RedisServer } from '@keelson/testkit';
import { Redis } from 'ioredis';
import { range, writeEvents } from './support/events.ts';
import { GatewayProcess } from './support/gateway-process.ts';
import { Surroundings } from './support/gateway.ts';

let around: Surroundings;
let server: RedisServer;
let redis: Redis;
let gateway: GatewayProcess;

beforeAll(async () => {
  [around, server] = await Promise.all([Surroundings.create(), RedisServer.start()]);
  gateway = await GatewayProcess.start(around, server.url);
  redis = new Redis(server.url, { maxRetriesPerRequest: 0, enableOfflineQueue: false });
  redis.on('error', () => undefined);
}, 30_000);
afterAll(async () => {
  redis.disconnect();
  await gateway.remove();
  await server.remove();
  await around.database.close();
});

/** Commits one event every few milliseconds until it is told to stop; the last offset. */
function flowOfEvents(): { stop: () => Promise<number> } {
  let writing = true;
  const flow = (async () => {
    let last = 0;
    while (writing) {
      last = await writeEvents(around.database, around.teamId, 1, { redis });
      await sleep(5);
    }
    return last;
  })();
  return {
    stop: () => {
      writing = false;
      return flow;
    },
  };
}

describe('a client of gateways that die', () => {
  it('sees every event once and in order while the gateway and Redis are killed', async () => {
    const seen: number[] = [];
    const states: string[] = [];
    const client = new StreamClient({
      url: gateway.url,
      token: () => around.token(),
      channels: ['orders'],
      since: { orders: 0 },
      onConnection: ({ state }) => states.push(state),
    });
    const reading = (async () => {
      for await (const { offset } of client) seen.push(offset);
    })();
    const flow = flowOfEvents();
    const seenMore = async (count: number) => {
      const goal = seen.length + count;
      while (seen.length < goal) await sleep(5);
    };
    await seenMore(20);
    await gateway.end('SIGKILL');
    await Promise.all([gateway.restart(), sleep(100)]);
    await seenMore(20);
    await server.end('SIGKILL');
    server.deleteData();
    await seenMore(20);
    await gateway.end('SIGKILL');
    await gateway.restart();
    await server.restart();
    await seenMore(20);
    const last = await flow.stop();
    while ((seen.at(-1) ?? 0) < last) await sleep(5);
    client.close();
    await reading;
    expect(seen).toEqual(range(1, last));
    expect(states.filter((state) => state === 'open')).toHaveLength(3);
  }, 30_000);

  it('is told to go elsewhere when the gateway stops in order, which takes less than a second', async () => {
    const codes: number[] = [];
    const client = new StreamClient({
      url: gateway.url,
      token: () => around.token(),
      channels: ['orders'],
      onConnection: (connection) => {
        if (connection.state === 'waiting') codes.push(connection.code);
      },
      onSubscribed: () => codes.push(0),
    });
    while (codes.length === 0) await sleep(5);
    const before = performance.now();
    expect(await gateway.end('SIGTERM')).toBe(0);
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(codes.slice(0, 2)).toEqual([0, 1001]);
    client.close();
    await gateway.restart();
  }, 20_000);

  it('ends the iteration with the reason when its token is refused', async () => {
    const client = new StreamClient({
      url: gateway.url,
      token: await around.token({}, '-1 minutes'),
      channels: ['orders'],
    });
    const reading = (async () => {
      for await (const { offset } of client) throw new Error(`event ${offset} came without a good token`);
    })();
    await expect(reading).rejects.toThrow(StreamClosed);
    await expect(reading).rejects.toMatchObject({ code: 4401, message: expect.stringContaining('expired') });
  });
});
