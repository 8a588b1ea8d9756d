import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@keelson/testkit';
import { Courier, LogChannel, notify, pruneNotifications, WebhookChannel } from '../src/index.ts';

describe('notifications', () => {
  let database: TestDatabase;
  let server: Server;
  let url: string;
  let answer = 200;
  const received: { id: string; text: string }[] = [];
  const givenUp: string[] = [];
  beforeAll(async () => {
    database = await testDatabase();
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        received.push(JSON.parse(text) as { id: string; text: string });
        response.writeHead(answer).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await database.close();
  });
  beforeEach(() => {
    answer = 200;
    received.length = 0;
    givenUp.length = 0;
  });
  afterEach(() => database.admin('truncate keelson.notifications'));

  const courier = () =>
    new Courier({
      database: database.db,
      channels: [new WebhookChannel(url)],
      onGivenUp: ({ subject }) => givenUp.push(subject),
    });
  const tell = (key: string, channel = 'webhook') =>
    database.db.platform(async (tx) => notify(tx, channel, { key, subject: `about ${key}`, body: { key } }));
  const rows = () =>
    database.admin<{ state: string; attempts: number; problem: string | null; wait: number }>(
      `select state, attempts, problem, extract(epoch from due_at - clock_timestamp())::float8 as wait from keelson.notifications`,
    );
  const pass = () => database.admin(`update keelson.notifications set due_at = now() where state = 'waiting'`);

  it('are delivered once, whoever looks, and however often the same is to be told', async () => {
    await tell('a');
    await tell('a');
    await tell('b');
    await Promise.all([courier().run(), courier().run()]);
    expect(received.map(({ text }) => text).sort()).toEqual(['about a', 'about b']);
    expect(await rows()).toMatchObject([{ state: 'delivered' }, { state: 'delivered' }]);
  });

  it('are tried again after ten seconds, a minute and five, under one id, then given up; no error names the address', async () => {
    answer = 500;
    await tell('a');
    for (const [attempts, wait] of [
      [1, 10],
      [2, 60],
      [3, 300],
    ] as const) {
      await courier().run();
      const [row] = await rows();
      expect(row).toMatchObject({ state: 'waiting', attempts, problem: 'the webhook of notifications answered 500' });
      expect(Math.abs(row!.wait - wait)).toBeLessThan(5);
      await pass();
    }
    await courier().run();
    expect((await rows())[0]).toMatchObject({ state: 'given_up', attempts: 4 });
    expect(givenUp).toEqual(['about a']);
    expect(new Set(received.map(({ id }) => id)).size).toBe(1);
  });

  it('that somebody died over are taken up by the next', async () => {
    await tell('a');
    await database.admin(`update keelson.notifications set attempts = 1, due_at = now() + interval '30 seconds'`);
    await courier().run();
    expect(received).toEqual([]);
    await pass();
    await courier().run();
    expect(received).toHaveLength(1);
  });

  it('for a channel that nobody configured wait', async () => {
    await tell('a', 'other');
    await courier().run();
    expect(await rows()).toMatchObject([{ state: 'waiting', attempts: 0 }]);
    const said: string[] = [];
    const log = new LogChannel(({ subject }) => said.push(subject));
    await tell('a', 'log');
    await new Courier({ database: database.db, channels: [log], onGivenUp: () => undefined }).run();
    expect(said).toEqual(['about a']);
  });

  it('that were delivered are kept for an hour', async () => {
    await tell('a');
    await courier().run();
    await database.db.platform(async (tx) => pruneNotifications(tx));
    expect(await rows()).toHaveLength(1);
    await database.admin(`update keelson.notifications set ended_at = now() - interval '61 minutes'`);
    await database.db.platform(async (tx) => pruneNotifications(tx));
    expect(await rows()).toEqual([]);
  });
});
