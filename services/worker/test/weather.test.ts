import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { announce } from '@keelson/stream';
import { setTradingState } from '@keelson/risk';
import type { StepName, TradingState } from '@keelson/contracts';
import { until } from '@keelson/testkit';
import { flawless } from './support/audit.ts';
import { World, type RunningPipeline } from './support/world.ts';

describe('bad weather between us and the venue', () => {
  let world: World;
  let running: RunningPipeline;
  const ended: Record<string, number> = {};
  let signals = 0;
  let atVenue = 0;

  beforeAll(async () => {
    world = await World.start();
    running = await world.run();
  }, 60_000);
  afterEach(() => world.venue.reset());
  afterAll(() => world.close());

  /** All signals so far, with one more that ended in this way, and was at the venue or not. */
  const settledWith = async (end: string, sent = true) => {
    signals += 1;
    atVenue += sent ? 1 : 0;
    ended[end] = (ended[end] ?? 0) + 1;
    expect(await world.settled()).toEqual(flawless(signals, ended, atVenue));
    const [order] = await world.database.admin<{ attempt: number; unknown: number; reason: string | null }>(
      `select o.attempt, o.reason,
              (select count(*)::int from keelson.broker_events e where e.order_id = o.order_id and e.type = 'broker.unknown') as unknown
         from keelson.orders o order by o.created_at desc limit 1`,
    );
    return order;
  };
  const setState = (to: TradingState) =>
    setTradingState(
      world.database.db,
      { scope: { kind: 'platform' }, to, reason: 'a test', actor: 'tester' },
      announce,
    );

  it('a reply that is lost leaves the order unknown; the venue is asked, and the order is not sent again', async () => {
    await world.venue.control({ lose_next_replies: 1 });
    await world.accept();
    expect(await settledWith('order.filled')).toMatchObject({ attempt: 1, unknown: 1 });
  }, 60_000);

  it('an answer that is merely late is waited for, and there is no doubt', async () => {
    await world.venue.control({ delay_next: { count: 1, ms: 600, stage: 'answer' } });
    await world.accept();
    expect(await settledWith('order.filled')).toMatchObject({ attempt: 1, unknown: 0 });
  }, 60_000);

  it('an answer that does not come in time counts as lost, and is found by asking', async () => {
    await world.venue.control({ delay_next: { count: 1, ms: 1_800, stage: 'answer' } });
    await world.accept();
    expect(await settledWith('order.filled')).toMatchObject({ attempt: 1, unknown: 1 });
  }, 60_000);

  it('a request that never arrived is sent again, once the venue says after the deadline that it has no such order', async () => {
    await world.venue.control({ drop_next_requests: 1 });
    await world.accept();
    expect(await settledWith('order.filled')).toMatchObject({ attempt: 2, unknown: 1 });
  }, 60_000);

  it('an order that is delayed beyond its deadline is refused by the venue, and sent again', async () => {
    await world.venue.control({ delay_next: { count: 1, ms: 700, stage: 'acceptance' } });
    await world.accept();
    expect(await settledWith('order.filled')).toMatchObject({ attempt: 2 });
  }, 60_000);

  it('a venue that answers everything with 503 is asked until it is back', async () => {
    await world.venue.control({ unavailable: true });
    await world.accept();
    await until(
      () => world.waiting(),
      (rows) => rows.some(({ step }) => step === 'route'),
    );
    await new Promise((resolve) => setTimeout(resolve, 800));
    await world.venue.control({ unavailable: false });
    await settledWith('order.filled');
  }, 60_000);

  it('a venue that is down gets the order when it is up again', async () => {
    await world.venue.kill();
    await world.accept();
    await new Promise((resolve) => setTimeout(resolve, 600));
    await world.venue.start();
    await settledWith('order.filled');
  }, 60_000);

  it('a signal that expires while the venue is down never gets there, and gives its reservation back', async () => {
    await world.venue.kill();
    // A signal lives 60 seconds from when its sender says that it was sent: this one has two left.
    await world.accept({ time: new Date(Date.now() - 58_000) });
    await until(
      async () => (await world.audit()).ended['order.expired'] ?? 0,
      (count) => count === 1,
    );
    await world.venue.start();
    expect((await settledWith('order.expired', false))?.reason).toContain('not sent: it expired');
  }, 60_000);

  it('a signal that was late when it came is never placed', async () => {
    await world.accept({ time: new Date(Date.now() - 120_000) });
    await settledWith('order.expired', false);
  }, 60_000);

  it('a rejection is the end, and gives the reservation back', async () => {
    await world.venue.control({ reject_next: 1 });
    await world.accept();
    expect((await settledWith('order.rejected'))?.reason).toBe('simulated rejection');
  }, 60_000);

  it('while trading is halted every signal is denied', async () => {
    await setState('HALTED');
    await world.accept();
    await settledWith('order.denied', false);
    await setState('ACTIVE');
  }, 60_000);

  it('a halt between approval and claim stops the order, also when trading goes on before it is claimed', async () => {
    await running.stop();
    await world.accept();
    const approve: StepName[] = ['decide', 'place'];
    const approving = await world.run({ steps: approve });
    await until(
      () => world.waiting(),
      (rows) => rows[0]?.step === 'route',
    );
    await approving.stop();
    await setState('HALTED');
    await setState('ACTIVE');
    running = await world.run();
    expect((await settledWith('order.cancelled', false))?.reason).toContain('the trading state changed');
  }, 60_000);
});
