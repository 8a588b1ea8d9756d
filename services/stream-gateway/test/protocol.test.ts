import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testRedisUrl } from '@keelson/testkit';
import { Redis } from 'ioredis';
import { range, writeEvents } from './support/events.ts';
import { Surroundings, TestGateway } from './support/gateway.ts';
import { TestSocket } from './support/socket.ts';

let around: Surroundings;
let gateway: TestGateway;
let redis: Redis;
const others: TestGateway[] = [];

beforeAll(async () => {
  around = await Surroundings.create();
  gateway = await TestGateway.start(around, { heartbeatEvery: '200 milliseconds' });
  redis = new Redis(testRedisUrl());
});
afterAll(async () => {
  await Promise.all([gateway, ...others].map((each) => each.stop()));
  redis.disconnect();
  await around.database.close();
});

/** A gateway with the usual times. */
async function startAnother(): Promise<TestGateway> {
  const another = await TestGateway.start(around);
  others.push(another);
  return another;
}

async function ready(who?: Parameters<Surroundings['token']>[0]): Promise<TestSocket> {
  return TestSocket.ready(gateway.url, await around.token(who));
}

describe('channels', () => {
  it('streams events as they are committed, and no more after unsubscribe', async () => {
    const socket = await ready();
    socket.say({ type: 'subscribe', channels: ['orders'] });
    const { offset, epoch } = await socket.hear('subscribed');
    await writeEvents(around.database, around.teamId, 2, { redis, data: { note: 'ü'.repeat(40_000) } });
    const frame = await socket.hear('event', 2);
    expect(frame).toMatchObject({ channel: 'orders', offset: offset + 2, epoch, event: 'order.accepted' });
    expect(frame.data['note']).toBe('ü'.repeat(40_000));
    socket.say({ type: 'unsubscribe', channels: ['orders'] });
    socket.say({ type: 'ping' });
    await socket.hear('pong');
    await writeEvents(around.database, around.teamId, 1, { redis });
    const other = await ready();
    other.say({ type: 'subscribe', channels: ['orders'], since: { orders: offset } });
    await other.hear('event', 3);
    expect(socket.offsets()).toEqual([offset + 1, offset + 2]);
    for (const each of [socket, other]) each.socket.close();
  });

  it('starts anew when a client subscribes again to the same channel', async () => {
    const last = await writeEvents(around.database, around.teamId, 300);
    const socket = await ready();
    socket.say({ type: 'subscribe', channels: ['orders'], since: { orders: last - 300 } });
    socket.say({ type: 'subscribe', channels: ['orders'], since: { orders: last - 2 } });
    await socket.hear('event', 2);
    expect(socket.offsets()).toEqual([last - 1, last]);
    socket.socket.close();
  });

  it('refuses a channel that the role may not hear, and serves the others', async () => {
    const socket = await ready({ role: 'viewer' });
    socket.say({ type: 'subscribe', channels: ['ledger', 'orders'] });
    await socket.hear('subscribed');
    expect(await socket.hear('error')).toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('ledger') });
    socket.socket.close();
  });
});

describe('limits', () => {
  it('answers frames that are not in the protocol with an error, and closes with 4400 at the third', async () => {
    const socket = await ready();
    socket.say('not json');
    socket.say('{"type":"subscribe","channels":["orders"],"extra":1}');
    await socket.hear('error', 2);
    expect(socket.socket.readyState).toBe(1);
    socket.socket.send(Buffer.from('{"type":"ping"}'), { binary: true });
    expect((await socket.closed).code).toBe(4400);
    expect(socket.heard.filter(({ type }) => type === 'error')).toHaveLength(3);
  });

  it('closes with 1009 when a message is larger than 64 KiB', async () => {
    const socket = await ready();
    socket.say(' '.repeat(65_537));
    expect((await socket.closed).code).toBe(1009);
  });

  it('closes with 4400 a client that sends hundreds of frames between two heartbeats', async () => {
    const socket = await ready();
    for (let count = 0; count < 400; count += 1) socket.say({ type: 'ping' });
    expect((await socket.closed).code).toBe(4400);
  });

  it('closes the eleventh connection of a user with 4429, until another of them is gone', async () => {
    const token = await around.token();
    const sockets = await Promise.all(Array.from({ length: 10 }, () => TestSocket.ready(gateway.url, token)));
    const eleventh = new TestSocket(gateway.url, ['keelson.v1', token]);
    expect((await eleventh.closed).code).toBe(4429);
    sockets[0]!.socket.close();
    await sockets[0]!.closed;
    const next = await TestSocket.ready(gateway.url, token);
    for (const { socket } of [next, ...sockets]) socket.close();
  });

  it('cuts a client off that answers no heartbeat, and keeps one that does', async () => {
    const deaf = new TestSocket(gateway.url, ['keelson.v1', await around.token()]);
    deaf.socket.on('ping', () => undefined);
    deaf.socket.pong = () => undefined;
    const alive = await ready();
    expect((await deaf.closed).code).toBe(1006);
    alive.say({ type: 'ping' });
    await alive.hear('pong');
    alive.socket.close();
  });
});

describe('a slow client', () => {
  it('is closed with 4408, and gets the rest when it comes back', async () => {
    // With the usual heartbeat: a client that reads nothing answers none, and must be slow before it is dead.
    const patient = await startAnother();
    const token = await around.token();
    const slow = await TestSocket.ready(patient.url, token);
    slow.say({ type: 'subscribe', channels: ['orders'] });
    const { offset: first } = await slow.hear('subscribed');
    slow.socket.pause();
    // More than two sockets' buffers and the gateway's allowance hold together.
    let last = first;
    for (let round = 0; round < 40; round += 1) {
      last = await writeEvents(around.database, around.teamId, 10, { redis, data: { note: 'x'.repeat(50_000) } });
    }
    slow.socket.resume();
    expect((await slow.closed).code).toBe(4408);
    const seen = slow.offsets();
    expect(seen).toEqual(range(first + 1, seen.at(-1)!));
    expect(seen.at(-1)).toBeLessThan(last);
    const back = await TestSocket.ready(patient.url, token);
    back.say({ type: 'subscribe', channels: ['orders'], since: { orders: seen.at(-1)! } });
    await back.hear('event', last - seen.at(-1)!);
    expect(back.offsets()).toEqual(range(seen.at(-1)! + 1, last));
    back.socket.close();
  });
});

describe('health and end', () => {
  it('counts open connections, and is ready', async () => {
    const socket = await ready();
    expect(await gateway.metrics.text()).toMatch(/^keelson_stream_connections [1-9]/m);
    expect(await gateway.health.readiness()).toMatchObject({
      status: 'ok',
      checks: { database: { status: 'ok' }, redis: { status: 'ok', events_from: 'hints' } },
    });
    socket.socket.close();
  });

  it('tells clients with 1001 that it goes away', async () => {
    const another = await startAnother();
    const sockets = await Promise.all([0, 1, 2].map(async () => TestSocket.ready(another.url, await around.token())));
    await another.connections.leave();
    const closes = await Promise.all(sockets.map(({ closed }) => closed));
    expect(closes.map(({ code }) => code)).toEqual([1001, 1001, 1001]);
  });
});
