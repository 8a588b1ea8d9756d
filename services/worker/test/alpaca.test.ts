import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { alpacaVenue, type AlpacaVenue } from '@keelson/brokers/testing/alpaca';
import { until } from '@keelson/testkit';
import { World, type RunningPipeline } from './support/world.ts';

/** What is left of one signal in our books. */
interface Outcome {
  readonly status: string;
  readonly filled: string;
  readonly fills: number;
  readonly entries: number;
  readonly client_order_id: string;
}

const OUTCOME = `
  select o.status, o.filled_quantity::float8::text as filled, o.client_order_id,
         (select count(*)::int from keelson.fills f where f.order_id = o.order_id) as fills,
         (select count(*)::int from keelson.entries e join keelson.fills f using (fill_id)
           where f.order_id = o.order_id) as entries
    from keelson.orders o where o.signal_id = $1`;

describe('a signal for an account at Alpaca', () => {
  let world: World;
  let alpaca: AlpacaVenue;
  let running: RunningPipeline;

  beforeAll(async () => {
    [world, alpaca] = await Promise.all([World.start(), alpacaVenue()]);
    const { admin } = world.database;
    await admin(`update keelson.accounts set broker = 'alpaca' where account_id = $1`, [world.team.accountId]);
    await admin(`insert into keelson.instruments (symbol, name, kind, currency, tick_size, calendar)
                 values ('AAPL', 'Apple', 'equity', 'USD', 0.01, 'ALWAYS') on conflict do nothing`);
    await admin(
      `insert into keelson.instrument_aliases (ticker, symbol) values ('AAPL', 'AAPL') on conflict do nothing`,
    );
    const { keyId, secretKey, url } = alpaca.emulator;
    const access = { keyId, secretKey, url, environment: 'paper', account: world.team.accountId } as const;
    running = await world.run({ alpaca: access });
    // Fills come by the stream alone: the venue answers first and fills later.
    await until(
      () => Promise.resolve(alpaca.emulator.listeners),
      (count) => count === 1,
    );
  }, 60_000);
  afterEach(() => alpaca.emulator.weather.calm());
  afterAll(async () => {
    await world.close();
    await alpaca.close();
  });

  async function outcomeOf(signalId: string, status: string, withinMs?: number): Promise<Outcome> {
    const done = await until(
      async () => (await world.database.admin<Outcome>(OUTCOME, [signalId]))[0],
      (row) => row?.status === status && row.entries === row.fills,
      withinMs,
    );
    return done!;
  }

  function atVenue(clientOrderId: string): number {
    const lines = alpaca.emulator.log();
    return lines.filter(({ kind, order }) => kind === 'order' && order.client_order_id === clientOrderId).length;
  }

  const apple = { fields: { ticker: 'AAPL', price: '100' }, quantity: '3' };

  it('is sent, filled by the stream and booked', async () => {
    alpaca.emulator.weather.plan = { fill: 'later', restAfterMs: 10 };
    const outcome = await outcomeOf(await world.accept(apple), 'filled');
    expect(outcome).toMatchObject({ filled: '3', fills: 2, entries: 2 });
    expect(alpaca.emulator.order(outcome.client_order_id)).toMatchObject({
      symbol: 'AAPL',
      qty: '3',
      status: 'filled',
    });
    expect(atVenue(outcome.client_order_id)).toBe(1);
    expect(running.errors).toEqual([]);
  }, 30_000);

  it('is filled once when the answer is lost, and when the connection to the stream is cut too', async () => {
    alpaca.emulator.weather.next({ method: 'POST', does: { kind: 'cut', when: 'after' } });
    const signal = await world.accept(apple);
    alpaca.emulator.cutStreams();
    const outcome = await outcomeOf(signal, 'filled');
    expect(outcome).toMatchObject({ filled: '3', fills: 1, entries: 1 });
    expect(atVenue(outcome.client_order_id)).toBe(1);
  }, 30_000);

  it('is sent again when it never arrived, once the venue could not have it any more', async () => {
    alpaca.emulator.weather.next({ method: 'POST', does: { kind: 'cut', when: 'before' } });
    const outcome = await outcomeOf(await world.accept(apple), 'filled', 30_000);
    expect(outcome).toMatchObject({ filled: '3', fills: 1, entries: 1 });
    expect(atVenue(outcome.client_order_id)).toBe(1);
  }, 45_000);

  it('for a future is refused before anything is sent', async () => {
    const asked = alpaca.emulator.requests.filter(({ method }) => method === 'POST').length;
    const outcome = await outcomeOf(await world.accept(), 'rejected');
    expect(outcome).toMatchObject({ fills: 0, entries: 0 });
    expect(alpaca.emulator.requests.filter(({ method }) => method === 'POST')).toHaveLength(asked);
  }, 30_000);
});
