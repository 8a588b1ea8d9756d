import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PaperVenue } from '@keelson/brokers/testing';
import { WebSocket } from 'ws';
import { order } from './venue.fixture.ts';

interface Frame {
  readonly kind: 'hello' | 'events' | 'heartbeat';
  readonly seq?: number;
  readonly last_seq?: number;
  readonly events?: readonly { readonly seq: number }[];
}

let venue: PaperVenue;
beforeAll(async () => {
  venue = await PaperVenue.start();
}, 30_000);
afterEach(() => venue.reset());
afterAll(() => venue.stop());

async function call(path: string, init: RequestInit = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${venue.url}${path}`, { headers: { 'content-type': 'application/json' }, ...init });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function post(path: string, body: unknown): ReturnType<typeof call> {
  return call(path, { method: 'POST', body: JSON.stringify(body) });
}

function stream(after: number): { socket: WebSocket; frames: Frame[] } {
  const socket = new WebSocket(`${venue.url.replace('http', 'ws')}/v1/stream?after=${after}`);
  const frames: Frame[] = [];
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as Frame));
  return { socket, frames };
}

describe('the HTTP edge', () => {
  it('names each bad field of an order, and books nothing', async () => {
    const { status, body } = await post('/v1/orders', {
      ...order('bad'),
      quantity: '-1',
      side: 'hold',
      extra: true,
    });
    expect(status).toBe(400);
    expect(body['code']).toBe('invalid_request');
    const fields = (body['details'] as { field: string }[]).map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(['quantity', 'side']));
    expect((await call('/v1/orders/bad')).status).toBe(404);
  });

  it('refuses an order after its deadline with a code of its own, and keeps the id free', async () => {
    const late = order('late', { deadline: new Date(Date.now() - 1_000).toISOString() });
    expect(await post('/v1/orders', late)).toMatchObject({ status: 422, body: { code: 'deadline_passed' } });
    expect(await call('/v1/orders/late')).toMatchObject({ status: 404, body: { code: 'order_not_found' } });
    expect((await post('/v1/orders', order('late'))).status).toBe(200);
  });

  it('answers a repeated id with the order it has', async () => {
    const first = await post('/v1/orders', order('twice'));
    const second = await post('/v1/orders', order('twice', { side: 'sell' }));
    expect(second).toEqual({ status: 409, body: { code: 'duplicate_client_order_id', ...first.body } });
  });

  it('lists open orders of an account, and pages through events', async () => {
    await venue.control({ partial_fill_percent: 100, latency_ms: { min: 200, max: 200 } });
    await post('/v1/orders', order('open', { account: 'lister' }));
    const { body } = await call('/v1/orders?status=open&account=lister');
    expect(body['orders']).toMatchObject([{ client_order_id: 'open', status: 'partially_filled' }]);
    expect((await call('/v1/orders')).status).toBe(400);
    await call('/v1/orders/open', { method: 'DELETE', headers: {} });
    expect((await call('/v1/orders?status=open&account=lister')).body['orders']).toEqual([]);
    const page = await call('/v1/events?after=1&limit=2');
    expect((page.body['events'] as { seq: number }[]).map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('shows the price around which it fills', async () => {
    await post('/v1/orders', order('priced', { symbol: 'PRICED', reference_price: '50' }));
    const { body } = await call('/v1/prices/PRICED');
    expect(Math.abs(Number(body['price']) - 50)).toBeLessThanOrEqual(0.25);
  });

  it('takes any part of the controls, refuses what it does not know, and resets', async () => {
    expect((await post('/v1/control', { reject_next: 2, latency_ms: { min: 1, max: 2 } })).body).toMatchObject({
      reject_next: 2,
      latency_ms: { min: 1, max: 2 },
      unavailable: false,
    });
    expect((await post('/v1/control', { rejekt_next: 2 })).status).toBe(400);
    expect((await post('/v1/control', { latency_ms: { min: 3, max: 2 } })).status).toBe(400);
    expect((await call('/v1/control')).body).toMatchObject({ reject_next: 2 });
    expect((await post('/v1/control/reset', {})).body).toMatchObject({
      reject_next: 0,
      latency_ms: { min: 0, max: 0 },
    });
  });
});

describe('the stream', () => {
  it('gives the whole past in order, then what happens, then heartbeats', async () => {
    await Promise.all(Array.from({ length: 400 }, (_, index) => post('/v1/orders', order(`past-${index}`))));
    const { socket, frames } = stream(0);
    await once(socket, 'open');
    await Promise.all(Array.from({ length: 50 }, (_, index) => post('/v1/orders', order(`live-${index}`))));
    const seen = () => frames.flatMap(({ events }) => events ?? []).map(({ seq }) => seq);
    const heartbeat = () => frames.findLast(({ kind }) => kind === 'heartbeat')?.seq;
    // On a slow machine one beats between the events too.
    while (seen().length < 900 || heartbeat() !== seen().length) await once(socket, 'message');
    socket.terminate();
    const seqs = seen();
    expect(frames[0]?.kind).toBe('hello');
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(heartbeat()).toBe(seqs.length);
  });

  it('closes on a cursor that is ahead of the log, on messages, and while unavailable', async () => {
    const ahead = stream(1_000_000);
    expect((await once(ahead.socket, 'close'))[0]).toBe(4409);
    expect(ahead.frames[0]).toMatchObject({ kind: 'hello' });
    const talkative = stream(0);
    await once(talkative.socket, 'open');
    talkative.socket.send('hello');
    expect((await once(talkative.socket, 'close'))[0]).toBe(1008);
    const cut = stream(0);
    await once(cut.socket, 'message');
    await venue.control({ unavailable: true });
    expect((await once(cut.socket, 'close'))[0]).toBe(1013);
    const refused = stream(0);
    const [, response] = (await once(refused.socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(503);
    refused.socket.on('error', () => refused.socket.terminate());
  });
});

/** The log of so many filled orders, as the venue would have written it. */
function longLog(orders: number): string {
  const at = '2026-01-01T00:00:00.000Z';
  const lines: unknown[] = [{ kind: 'log', log: 'long', at }];
  for (let index = 1; index <= orders; index += 1) {
    const ids = {
      client_order_id: `old-${index}`,
      venue_order_id: `long-${index}`,
      account: 'account',
      symbol: 'AAPL',
    };
    const shared = { ...ids, side: 'buy', at };
    lines.push({ kind: 'order', outcome: 'accepted', ...shared, type: 'market', quantity: '1' });
    lines.push({ kind: 'event', event_id: `long-${index}-1`, seq: index * 2 - 1, ...shared, type: 'accepted' });
    const fill = { type: 'filled', quantity: '1', price: '100', cumulative_quantity: '1' };
    lines.push({ kind: 'event', event_id: `long-${index}-2`, seq: index * 2, ...shared, ...fill });
  }
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
}

describe('a slow client', () => {
  it('is given a long past in order although much happens meanwhile', async () => {
    const long = await PaperVenue.start({ log: longLog(15_000) });
    const socket = new WebSocket(`${long.url.replace('http', 'ws')}/v1/stream?after=0`);
    const seqs: number[] = [];
    socket.on('message', (data: Buffer) => {
      for (const { seq } of (JSON.parse(data.toString()) as Frame).events ?? []) seqs.push(seq);
    });
    await once(socket, 'open');
    // Not read, the past fills the buffers between, and the venue has to wait with the rest of it.
    socket.pause();
    for (let index = 0; index < 50; index += 1) await long.post('/v1/orders', order(`new-${index}`));
    socket.resume();
    while (seqs.length < 30_100) await once(socket, 'message');
    socket.terminate();
    expect(seqs).toEqual(Array.from({ length: 30_100 }, (_, index) => index + 1));
    await long.stop();
  }, 15_000);
});

describe('the process', () => {
  it('killed under load has every answered order in its log', async () => {
    const answered: string[] = [];
    const sending = Array.from({ length: 300 }, async (_, index) => {
      const id = `load-${index}`;
      try {
        if ((await post('/v1/orders', order(id))).status === 200) answered.push(id);
      } catch {
        // Cut off by the kill, which is the point: only what was answered is counted.
      }
      if (answered.length === 100) await venue.kill();
    });
    await Promise.all(sending);
    await venue.start();
    expect(answered.length).toBeGreaterThanOrEqual(100);
    const logged = new Set((await venue.log()).map((line) => line['client_order_id']));
    for (const id of answered) expect(logged).toContain(id);
    for (const id of answered)
      expect((await call(`/v1/orders/${id}`)).body['order']).toMatchObject({ status: 'filled' });
  });

  it('ends with code 0 on SIGTERM although a stream is open, and leaves a log that it starts from', async () => {
    const { socket } = stream(0);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    expect(await venue.kill('SIGTERM')).toBe(0);
    expect((await closed)[0]).toBe(1001);
    await venue.start();
    expect((await call('/health/ready')).status).toBe(200);
  });

  it('refuses to start with its latencies the wrong way round, and names the variable', async () => {
    const confused = await PaperVenue.prepare({ latencyMs: { min: 20, max: 5 } });
    confused.spawn();
    expect(await confused.exitCode()).toBe(78);
    expect(confused.output).toContain('PAPER_LATENCY_MIN_MS is invalid');
    await confused.stop();
  });

  it('refuses to start on a damaged log, and says which line', async () => {
    const damaged = await PaperVenue.prepare({ log: '{"kind":"log","log":"a","at":"x"}\nnonsense\n' });
    damaged.spawn();
    expect(await damaged.exitCode()).toBe(1);
    expect(damaged.output).toContain('Line 2 of PAPER_LOG_FILE is damaged');
    await damaged.stop();
  });
});
