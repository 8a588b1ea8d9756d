import 'reflect-metadata';
import { MessagingModule } from '@keelson/messaging/module';
import { freePort, RedisServer } from '@keelson/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { type WakeUp, WakeUpQueue, WakeUpWorker } from '@keelson/messaging';

const wakeUp: WakeUp = { outboxId: '1', step: 'decide', teamId: '2', signalId: '3' };
const start = (redisUrl: string) =>
  NestFactory.createApplicationContext(MessagingModule.register({ redisUrl }), { logger: false, abortOnError: false });

describe('the queue of an application', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.remove());

  it('wakes a worker, and is closed with the application though its owner closed it before', async () => {
    const app = await start(redis.url);
    const queue = app.get(WakeUpQueue);
    await queue.ping();
    const received = new Promise<WakeUp>((resolve) => {
      const worker = new WakeUpWorker(redis.url, 1, async (received) => {
        resolve(received);
        setImmediate(() => void worker.close());
      });
      worker.start();
    });
    queue.send(wakeUp);
    expect(await received).toEqual(wakeUp);
    await queue.close();
    await app.close();
    await expect(queue.ping()).rejects.toThrow();
  });

  it('neither keeps the application from starting nor from ending when Redis was never there', async () => {
    const nowhere = `redis://127.0.0.1:${await freePort()}`;
    const app = await start(nowhere);
    const worker = new WakeUpWorker(nowhere, 1, () => Promise.resolve());
    worker.start();
    app.get(WakeUpQueue).send(wakeUp);
    await Promise.all([worker.close(), app.close()]);
  });

  it('lets the application end when Redis left', async () => {
    const app = await start(redis.url);
    const queue = app.get(WakeUpQueue);
    await queue.ping();
    await redis.end('SIGKILL');
    await expect(queue.ping()).rejects.toThrow();
    queue.send(wakeUp);
    await app.close();
  });
});
