import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateSigningKey } from '@keelson/access';
import { Surroundings, TestGateway } from './support/gateway.ts';
import { TestSocket } from './support/socket.ts';

let around: Surroundings;
let gateway: TestGateway;

beforeAll(async () => {
  around = await Surroundings.create();
  gateway = await TestGateway.start(around, {
    authenticateWithin: '200 milliseconds',
    heartbeatEvery: '100 milliseconds',
    revalidateEvery: '300 milliseconds',
  });
});
afterAll(async () => {
  await gateway.stop();
  await around.database.close();
});

describe('letting in', () => {
  it('takes the token as second subprotocol and answers with the first alone', async () => {
    const socket = await TestSocket.ready(gateway.url, await around.token());
    expect(socket.socket.protocol).toBe('keelson.v1');
    expect(socket.heard).toEqual([{ type: 'ready', epoch: expect.any(String) }]);
    socket.socket.close();
  });

  it('takes the token as first message, and frames that follow at once', async () => {
    const socket = await new TestSocket(gateway.url).open();
    socket.say({ type: 'auth', token: await around.token() });
    socket.say({ type: 'subscribe', channels: ['orders'] });
    socket.say({ type: 'ping' });
    await socket.hear('subscribed');
    expect(socket.heard.map(({ type }) => type)).toEqual(['ready', 'pong', 'subscribed']);
    socket.socket.close();
  });

  it('takes a subscription that is sent while the token of the handshake is checked', async () => {
    const socket = await new TestSocket(gateway.url, ['keelson.v1', await around.token()]).open();
    socket.say({ type: 'subscribe', channels: ['orders', 'trades'] });
    await socket.hear('subscribed', 2);
    expect(socket.heard[0]!.type).toBe('ready');
    socket.socket.close();
  });
});

describe('keeping out', () => {
  it('closes with 4401 when no token comes in time', async () => {
    const socket = new TestSocket(gateway.url);
    expect((await socket.closed).code).toBe(4401);
  });

  it('closes with 4401 when the first message is something else', async () => {
    const socket = await new TestSocket(gateway.url).open();
    socket.say({ type: 'subscribe', channels: ['orders'] });
    expect((await socket.closed).code).toBe(4401);
    expect(socket.heard).toEqual([]);
  });

  it('closes with 4401 and the reason for a wrong signature, an expired token and no token at all', async () => {
    const tokens = [
      await around.token({}, '10 minutes', await generateSigningKey()),
      await around.token({}, '-1 minutes'),
      'not-a-token',
    ];
    const sockets = tokens.map((token) => new TestSocket(gateway.url, ['keelson.v1', token]));
    const closes = await Promise.all(sockets.map(({ closed }) => closed));
    expect(closes.map(({ code }) => code)).toEqual([4401, 4401, 4401]);
    expect(closes[1]!.reason).toContain('expired');
    expect(sockets.flatMap(({ heard }) => heard)).toEqual([]);
  });

  it('does not answer on any other path', async () => {
    const socket = new TestSocket(gateway.url.replace('/ws', '/other'));
    expect((await socket.closed).code).toBe(1006);
  });
});

describe('an open connection', () => {
  it('is closed with 4401 when its token expires, and lives on when it sends another in time', async () => {
    const userId = 'someone';
    // The verifier is five seconds lenient about clocks: these expire in one second from now.
    const tokens = await Promise.all([around.token({ userId }, '-4 seconds'), around.token({ userId }, '-4 seconds')]);
    const [leaving, staying] = await Promise.all(tokens.map((token) => TestSocket.ready(gateway.url, token)));
    staying!.say({ type: 'auth', token: await around.token({ userId }) });
    expect((await leaving!.closed).code).toBe(4401);
    await new Promise((resolve) => setTimeout(resolve, 500));
    staying!.say({ type: 'ping' });
    await staying!.hear('pong');
    staying!.socket.close();
  });

  it('is closed with 4401 when another user takes it over', async () => {
    const socket = await TestSocket.ready(gateway.url, await around.token());
    socket.say({ type: 'auth', token: await around.token() });
    expect((await socket.closed).code).toBe(4401);
  });
});
