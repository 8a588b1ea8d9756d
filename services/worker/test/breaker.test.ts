import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { closeCircuit, releaseWaiting } from '@keelson/brokers';
import type { VenueNews } from '@keelson/pipeline';
import { until } from '@keelson/testkit';
import { arrivalsAtVenue } from './support/arrivals.ts';
import { placeLimit, askCancel, untilStatuses } from './support/working-order.ts';
import { World } from './support/world.ts';

const BREAKER = { failures: 3, within: '5 minutes', coolDown: '2 seconds' } as const;

interface Circuit {
  readonly state: 'open' | 'closed';
  readonly opened_at: Date | null;
}

describe('the circuit of a venue', () => {
  let world: World;
  let news: VenueNews[];
  const tell = { breaker: BREAKER, onVenueNews: (one: VenueNews) => void news.push(one) };

  beforeAll(async () => {
    world = await World.start();
  }, 60_000);
  beforeEach(async () => {
    news = [];
    await world.database.admin('delete from keelson.broker_circuits');
  });
  afterEach(() => world.venue.reset());
  afterAll(() => world.close());

  const circuit = async () =>
    (await world.database.admin<Circuit>('select state, opened_at from keelson.broker_circuits'))[0];
  const untilCircuit = (state: string) => until(circuit, (row) => row?.state === state);
  const changes = () => news.flatMap((one) => (one.kind === 'circuit' ? one.to : []));
  const ordersAtVenue = async () => (await world.venue.log()).filter(({ kind }) => kind === 'order');

  it('opens at the third failure in a row; then no process sends an order until a probe has passed', async () => {
    const [one, other] = [await world.run(tell), await world.run(tell)];
    await world.venue.control({ fail_next_requests: 3 });
    await Promise.all(Array.from({ length: 3 }, () => world.accept()));
    const opened = await untilCircuit('open');
    // The venue is well again at once, and would take every order: it is the circuit that keeps them from it.
    await Promise.all(Array.from({ length: 20 }, () => world.accept()));
    const ended = await world.settled(30_000);
    expect(ended).toMatchObject({ ended: { 'order.filled': 23 }, doubledOrStrangeAtVenue: 0, ordersAtVenue: 23 });
    const coolDownEnds = opened!.opened_at!.getTime() + 2_000;
    for (const line of await ordersAtVenue()) {
      expect(Date.parse(String(line['at']))).toBeGreaterThanOrEqual(coolDownEnds - 50);
    }
    expect(await circuit()).toMatchObject({ state: 'closed' });
    expect(changes()).toContain('open');
    expect(changes().filter((to) => to === 'closed')).toHaveLength(1);
    await Promise.all([one.stop(), other.stop()]);
  }, 60_000);

  it.each([
    ['cut connections', { drop_next_requests: 1_000 }, 0],
    ['answers with 500', { fail_next_requests: 1_000 }, 0],
    ['answers that come too late', { delay_next: { count: 1_000, ms: 5_000, stage: 'acceptance' } }, 1_000],
  ])(
    'opens soon after the third of %s, and nothing is tried while it is open',
    async (_what, fault, failsAfterMs) => {
      const running = await world.run({ ...tell, breaker: { ...BREAKER, coolDown: '1 hour' } });
      const before = (await arrivalsAtVenue(world)).length;
      await world.venue.control(fault);
      const sending = setInterval(() => void world.accept({ time: new Date(Date.now() - 55_000) }), 40);
      const opened = await untilCircuit('open');
      await new Promise((resolve) => setTimeout(resolve, 500));
      clearInterval(sending);
      const arrivals = (await arrivalsAtVenue(world)).slice(before);
      // An answer that is waited for arrives unseen: what is late is written when the venue decides on it.
      const third = arrivals[2]?.at ?? opened!.opened_at!.getTime() - failsAfterMs;
      expect(opened!.opened_at!.getTime() - third).toBeLessThan(failsAfterMs + 1_000);
      expect(arrivals.filter(({ at }) => at > opened!.opened_at!.getTime() + 150)).toEqual([]);
      await world.venue.reset();
      await world.settled(30_000);
      await running.stop();
    },
    60_000,
  );

  it('is not opened by failures with a success between them', async () => {
    const running = await world.run(tell);
    for (let round = 0; round < 3; round += 1) {
      await world.venue.control({ fail_next_requests: 2 });
      const before = (await world.audit()).signals;
      // The first attempt fails, the second too, the third is answered: two failures, then a success.
      await world.accept();
      expect(await world.settled()).toMatchObject({ signalsWithoutEnd: 0, signals: before + 1 });
    }
    expect(changes()).toEqual([]);
    await running.stop();
  }, 60_000);

  it('that a probe finds still failing stays open for another cool-down', async () => {
    const running = await world.run(tell);
    await world.venue.control({ fail_next_requests: 4 });
    await Promise.all(Array.from({ length: 3 }, () => world.accept()));
    const first = await untilCircuit('open');
    const again = await until(circuit, (row) => row!.opened_at!.getTime() > first!.opened_at!.getTime());
    expect(again!.opened_at!.getTime() - first!.opened_at!.getTime()).toBeGreaterThanOrEqual(2_000);
    expect(await world.settled(30_000)).toMatchObject({ signalsWithoutEnd: 0, doubledOrStrangeAtVenue: 0 });
    await running.stop();
  }, 60_000);

  it('while open lets signals expire, and never trades them afterwards', async () => {
    const running = await world.run({ ...tell, breaker: { ...BREAKER, coolDown: '1 hour' } });
    await world.venue.control({ unavailable: true });
    await Promise.all(Array.from({ length: 3 }, () => world.accept({ time: new Date(Date.now() - 56_000) })));
    await untilCircuit('open');
    await world.venue.control({ unavailable: false });
    const before = (await ordersAtVenue()).length;
    const late = await world.accept({ time: new Date(Date.now() - 58_000) });
    await until(
      () => world.database.admin<{ status: string }>('select status from keelson.orders where signal_id = $1', [late]),
      (rows) => rows[0]?.status === 'expired',
    );
    await world.settled(30_000);
    expect((await ordersAtVenue()).length).toBe(before);
    await running.stop();
  }, 60_000);

  it('closed by hand sends what waits at once', async () => {
    const running = await world.run({ ...tell, breaker: { ...BREAKER, coolDown: '1 hour' } });
    await world.database.admin(
      `insert into keelson.broker_circuits (broker, state, open_until, failures)
       values ('paper', 'open', now() + interval '1 hour', array[now()])`,
    );
    const signalId = await world.accept();
    await until(
      () => world.waiting(),
      (rows) => rows.some(({ step }) => step === 'route'),
    );
    expect(await world.database.db.platform((tx) => closeCircuit(tx, 'paper'))).toBe(true);
    await world.database.db.relay(async (tx) => releaseWaiting(tx));
    await until(
      () =>
        world.database.admin<{ status: string }>('select status from keelson.orders where signal_id = $1', [signalId]),
      (rows) => rows[0]?.status === 'filled',
    );
    await world.settled();
    await running.stop();
  }, 60_000);

  it('closed by hand also sends what opened it: the venue refused those orders, and has none of them', async () => {
    const running = await world.run({ ...tell, breaker: { ...BREAKER, coolDown: '1 hour' } });
    await world.venue.control({ unavailable: true });
    const sent = await Promise.all(Array.from({ length: 3 }, () => world.accept()));
    await untilCircuit('open');
    await world.venue.control({ unavailable: false });
    const parked = () =>
      world.database.admin<{ n: number }>(
        `select count(*)::int as n from keelson.outbox where step = 'route' and lease_until > now() + interval '10 seconds'`,
      );
    await until(parked, (rows) => rows[0]!.n === 3);
    expect(await world.database.db.platform((tx) => closeCircuit(tx, 'paper'))).toBe(true);
    await world.database.db.relay(async (tx) => releaseWaiting(tx));
    const filled = () =>
      world.database.admin<{ n: number }>(
        `select count(*)::int as n from keelson.orders where signal_id = any($1) and status = 'filled'`,
        [sent],
      );
    await until(filled, (rows) => rows[0]!.n === 3);
    await world.settled();
    await running.stop();
  }, 60_000);

  it('while open lets cancels through', async () => {
    const placing = await world.run(tell);
    const order = await placeLimit(world);
    await untilStatuses(world, order, 'accepted');
    await world.database.admin(
      `insert into keelson.broker_circuits (broker, state, open_until, failures)
       values ('paper', 'open', now() + interval '1 hour', array[now()])`,
    );
    await askCancel(world, order);
    await untilStatuses(world, order, 'cancelled');
    expect(await circuit()).toMatchObject({ state: 'open' });
    await placing.stop();
  }, 60_000);
});

describe('a venue that does not answer', () => {
  it('holds up no order of a process beyond the few that ask it', async () => {
    const world = await World.start();
    const running = await world.run({ concurrency: 4, breaker: { ...BREAKER, failures: 1_000_000 } });
    await world.venue.control({ unavailable: true });
    await Promise.all(Array.from({ length: 24 }, () => world.accept()));
    // With four slots, six waves of 24 signals have to be claimed although none of them is answered.
    await until(
      () =>
        world.database.admin<{ n: number }>(`select count(*)::int as n from keelson.orders where status = 'unknown'`),
      (rows) => rows[0]!.n === 24,
    );
    await world.venue.control({ unavailable: false });
    expect(await world.settled()).toMatchObject({ ended: { 'order.filled': 24 }, ordersAtVenue: 24 });
    await running.stop();
    await world.close();
  }, 60_000);
});
