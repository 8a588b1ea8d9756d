import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Outcome, repository } from '../fixture/keelson.ts';
import { OwnStack, type Told } from '../fixture/own-stack.ts';

/** A stack from its first start to its end, by the commands that a user types. */
jest.setTimeout(240_000);

type Document = Readonly<Record<string, unknown>>;

let stack: OwnStack;
let first: Document;

const run = (...words: string[]): Promise<Outcome> => stack.run(words);
const json = (...words: string[]): Promise<Told<Document>> => stack.json(words);

beforeAll(async () => {
  stack = await OwnStack.prepare();
  const started = await json('start');
  if (started.code !== 0) throw new Error(`keelson start failed:\n${started.stderr}`);
  first = started.document;
});
afterAll(() => stack.remove());

describe('a local stack', () => {
  it('came up, sent a signal itself, and saw it filled', async () => {
    expect(first).toMatchObject({ changes: expect.stringMatching(/created/), signal: { outcome: 'order.filled' } });
    const { document, code } = await json('status', '--expect-ready');
    expect(code).toBe(0);
    expect(document).toMatchObject({ api: first['api'], stream: first['stream'] });
  });

  it('has nothing to do when it is started again, and says so', async () => {
    const again = await json('start');
    expect(again.document).toMatchObject({ changes: 'no changes', signal: null });
    expect(again.stderr).toContain('no changes');
  });

  it('serves a client that knows nothing but what `keelson demo` prints', async () => {
    const { document: demo } = await json('demo');
    const socket = new WebSocket(String(demo['stream_url']), ['keelson.v1', String(demo['token'])]);
    const frames: Record<string, unknown>[] = [];
    const subscribed = Promise.withResolvers<void>();
    const filled = Promise.withResolvers<void>();
    let signalId = '';
    const look = () => {
      const mine = frames.filter(({ data }) => (data as { signal_id?: string } | undefined)?.signal_id === signalId);
      if (mine.some(({ event }) => event === 'order.filled')) filled.resolve();
    };
    socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'subscribe', channels: ['orders'] })));
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(String(data)) as Record<string, unknown>;
      if (frame['type'] === 'subscribed') subscribed.resolve();
      frames.push(frame);
      look();
    });
    await subscribed.promise;
    const alert = {
      key: demo['webhook_key'],
      ticker: 'NASDAQ:MSFT',
      action: 'buy',
      quantity: '2',
      price: '421.10',
      order_id: 'outside',
    };
    const answer = await fetch(String(demo['webhook_url']), {
      method: 'POST',
      body: JSON.stringify(alert),
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(202);
    signalId = ((await answer.json()) as { signal_id: string }).signal_id;
    look();
    await filled.promise;
    socket.close();
  });

  it('times each hop of a signal, and explains it from Postgres', async () => {
    const { document: signal } = await json(
      'signal',
      '--ticker',
      'NASDAQ:AAPL',
      '--action',
      'sell',
      '--price',
      '228.40',
    );
    expect(signal).toMatchObject({ outcome: 'order.filled', order: { symbol: 'AAPL', side: 'sell' } });
    const { document: story } = await json('explain', String(signal['signal_id']));
    expect(story).toMatchObject({ outcome: 'order.filled', waiting: [] });
    const chapters = story['chapters'] as { step: string; source: string }[];
    expect(chapters.map(({ step }) => step)).toEqual([
      'receive',
      'decide',
      'place',
      'route',
      'listen',
      'apply',
      'book',
      'publish',
    ]);
    for (const { source } of chapters)
      expect({ source, exists: existsSync(join(repository, source)) }).toEqual({ source, exists: true });
  });

  it('tails the log of events from any offset', async () => {
    const { stdout, code } = await run('tail', 'orders', '--since', '0', '--count', '2', '--json');
    expect(code).toBe(0);
    const frames = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(frames.map(({ offset }) => offset)).toEqual([1, 2]);
  });

  it('denies orders while it is halted, and trades again when it is resumed', async () => {
    expect((await run('halt', '--reason', 'rehearsal')).code).toBe(0);
    const denied = await json('signal');
    expect(denied).toMatchObject({ code: 1, document: { outcome: 'order.denied', order: { code: 'halted' } } });
    expect((await run('resume', '--reason', 'rehearsal is over')).code).toBe(0);
    expect((await json('signal')).document).toMatchObject({ outcome: 'order.filled' });
  });

  it('loses and doubles nothing when workers and Redis are killed under load', async () => {
    const { code, document } = await json('demo', 'crash');
    expect(document).toMatchObject({ refused: 0, accepted: 200, lost: 0, doubled: 0, missed_frames: 0, sound: true });
    expect(document).toMatchObject({ orders_at_venue: 200, ledger_sum: { USD: '0' } });
    expect((document['killed'] as { instance: string }[]).map(({ instance }) => instance).sort()).toEqual([
      'redis',
      'worker',
      'worker-2',
    ]);
    expect(code).toBe(0);
  });

  it('runs the cells of a page, and records it', async () => {
    for (const section of ['Diagnosis', 'Verify']) {
      const { document } = await json('runbook', 'run', 'SignalBacklogGrowing', '--section', section);
      expect(document).toMatchObject({ passed: true });
    }
  });

  it('restarts one service without touching the others', async () => {
    const pids = async () =>
      new Map(
        ((await json('status')).document['services'] as { name: string; pids: number[] }[]).map(
          ({ name, pids: own }) => [name, own],
        ),
      );
    const before = await pids();
    expect((await run('restart', 'paper-broker')).code).toBe(0);
    const after = await pids();
    expect(after.get('paper-broker')).not.toEqual(before.get('paper-broker'));
    expect(after.get('api')).toEqual(before.get('api'));
  });

  it('stops, keeps its data, and comes back with them', async () => {
    const signalId = (first['signal'] as { signal_id: string }).signal_id;
    expect((await json('stop')).document).toMatchObject({ stopped: true, wiped: false });
    expect((await json('status', '--expect-ready')).code).toBe(4);
    expect((await run('start', '--signal', 'never')).code).toBe(0);
    expect((await json('explain', signalId)).document).toMatchObject({ outcome: 'order.filled' });
  });

  it('is gone with its data when it is wiped', async () => {
    expect((await json('stop', '--wipe')).document).toMatchObject({ wiped: true });
    expect(existsSync(join(stack.folder, 'local'))).toBe(false);
  });
});
