import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { WebSocketServer } from 'ws';
import { PaperBroker } from '../src/adapters/paper/client.ts';
import { paperConfig } from '../src/adapters/paper/config.ts';

const HELLO = JSON.stringify({ kind: 'hello', log: 'log', last_seq: 2 });

function accepted(seq: number): string {
  const event = { event_id: `e-${seq}`, seq, type: 'accepted', client_order_id: 'kt-1', venue_order_id: 'v-1' };
  const rest = { account: 'account', symbol: 'AAPL', side: 'buy', at: '2026-01-01T00:00:00.000Z' };
  return JSON.stringify({ kind: 'events', events: [{ ...event, ...rest }] });
}

/** A stream that sends these frames to its first connection, only the first of them to later ones, and then is silent. */
async function streamOf(frames: readonly string[]): Promise<{ server: WebSocketServer; url: string; paths: string[] }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const paths: string[] = [];
  server.on('connection', (socket, request) => {
    paths.push(request.url ?? '');
    for (const frame of paths.length === 1 ? frames : frames.slice(0, 1)) socket.send(frame);
  });
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths };
}

describe('the settings', () => {
  it.each(['http://user:s3cret@venue:1', 'http://venue/s3cret', 'http://venue?key=s3cret', 's3cret', 'ftp://s3cret'])(
    'refuse %s without repeating it',
    (url) => {
      expect(() => paperConfig({ url })).toThrow(
        expect.objectContaining({ name: 'BrokerError', code: 'configuration' }),
      );
      expect(() => paperConfig({ url })).not.toThrow(/s3cret/);
    },
  );

  it('keep the address out of the reasons', async () => {
    const broker = new PaperBroker({ url: 'http://s3cret.invalid:9' });
    const outcomes = [await broker.find('kt-1', 'account'), await broker.positions('account')];
    for (const outcome of outcomes) expect(outcome).toMatchObject({ outcome: 'unavailable' });
    expect(JSON.stringify(outcomes)).not.toContain('s3cret');
    await broker.close();
  });
});

describe('a stream outside the contract', () => {
  it.each([
    ['a gap', [HELLO, accepted(2)]],
    ['a repetition', [HELLO, accepted(1), accepted(1)]],
    ['events before the hello', [accepted(1)]],
    ['no JSON', [HELLO, 'nonsense']],
    ['a kind nobody knows', [HELLO, '{"kind":"surprise"}']],
  ])('ends with an error: %s', async (_name, frames) => {
    const { server, url } = await streamOf(frames);
    const broker = new PaperBroker({ url });
    const running = broker.stream(undefined, async () => {}, new AbortController().signal);
    await expect(running).rejects.toMatchObject({ name: 'BrokerError', code: 'protocol' });
    await broker.close();
    server.close();
  });

  it('that falls silent is left for a new one, from the last event handed over', async () => {
    const { server, url, paths } = await streamOf([HELLO, accepted(1)]);
    const stop = new AbortController();
    const broker = new PaperBroker({
      url,
      silenceLimit: '100 milliseconds',
      reconnectAfter: { least: '5 milliseconds', most: '10 milliseconds' },
    });
    const running = broker.stream(undefined, async () => {}, stop.signal);
    while (paths.length < 2) await sleep(10);
    stop.abort();
    await running;
    expect(paths.slice(0, 2)).toEqual(['/v1/stream?after=0', '/v1/stream?after=1']);
    await broker.close();
    server.close();
  });
});
