import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@keelson/testkit';
import { HaltWorld } from '../support/halt-world.ts';

describe('a halt, with nothing alive but Postgres, the venue and its driver', () => {
  let world: HaltWorld;
  beforeAll(async () => {
    world = await HaltWorld.start();
  }, 30_000);
  afterEach(() => world.reset());
  afterAll(() => world.close());

  it('cancels what works, manual orders too, and keeps what protects a position', async () => {
    await world.position('5');
    await world.manualOrder();
    await world.manualOrder({ side: 'sell', limit_price: '1000000' });
    await world.manualOrder({ side: 'sell', type: 'stop', limit_price: undefined, stop_price: '1', reduce_only: true });
    expect(await world.shown()).toMatchObject({ open: 3 });
    const halt = await world.drive(await world.request());
    expect(await world.shown()).toEqual({ open: 1, positions: { ES: '5' } });
    expect(halt.proof).toMatchObject({ accounts: 1, ordersOpen: 0, ordersKept: 1, positionsOpen: 1 });
    const [own] = await world.database.admin('select proof from keelson.halt_accounts');
    expect(own).toMatchObject({ proof: { ordersKept: [{ symbol: 'ES', reduceOnly: true }], broker: 'paper' } });
    await world.drive(await world.request({ cancelAll: true }));
    expect(await world.shown()).toMatchObject({ open: 0 });
    await world.position('0');
  });

  it('flattens from what the venue holds, by reduce-only orders of its own, although trading is halted', async () => {
    await world.position('5');
    await world.position('-3', 'UNLISTED');
    await world.manualOrder({ side: 'sell', type: 'stop', limit_price: undefined, stop_price: '1', reduce_only: true });
    const halt = await world.drive(await world.request({ flatten: true }));
    expect(await world.shown()).toEqual({ open: 0, positions: {} });
    expect(halt.proof).toMatchObject({ ordersKept: 0, positionsOpen: 0 });
    const orders = await world.database.admin(
      `select o.symbol, o.side, o.quantity::float8 as quantity, o.role, o.reduce_only, o.status, s.origin
         from keelson.orders o join keelson.signals s using (signal_id) order by o.symbol`,
    );
    const closing = { role: 'flatten', reduce_only: true, status: 'filled', origin: 'halt' };
    expect(orders).toEqual([
      { symbol: 'ES', side: 'sell', quantity: 5, ...closing },
      { symbol: 'UNLISTED', side: 'buy', quantity: 3, ...closing },
    ]);
  });

  it('of a symbol leaves orders and positions of the others', async () => {
    await world.position('2');
    await world.position('4', 'NQ');
    await world.manualOrder();
    await world.manualOrder({ symbol: 'NQ' });
    const { teamId } = world.team;
    await world.drive(await world.request({ scope: { kind: 'symbol', teamId, symbol: 'ES' }, flatten: true }));
    expect(await world.shown()).toEqual({ open: 1, positions: { NQ: '4' } });
    await world.position('0', 'NQ');
    await world.drive(await world.request());
  });

  it('is not done while the venue does not answer, says why, and goes on when it does', async () => {
    await world.manualOrder();
    await world.venue.control({ unavailable: true });
    const asked = await world.request();
    const driver = await world.driver();
    const underway = driver.procedure.drive(asked.haltId, AbortSignal.timeout(50_000));
    const problem = async () =>
      (await world.database.admin<{ problem: string | null }>('select problem from keelson.halts'))[0]!.problem;
    expect(await until(problem, (told) => told !== null)).toContain('paper');
    await world.venue.control({ unavailable: false });
    expect(await underway).toMatchObject({ phase: 'done' });
    expect(await world.shown()).toMatchObject({ open: 0 });
  }, 30_000);

  it('asked for again while it is under way, is one halt with the options of both', async () => {
    const first = await world.request();
    const second = await world.request({ cancelAll: true });
    const third = await world.request({ flatten: true });
    expect([second.haltId, third.haltId]).toEqual([first.haltId, first.haltId]);
    expect(third).toMatchObject({ cancelAll: true, flatten: true, phase: 'cancel', generation: first.generation });
    await world.drive(third);
    expect((await world.request()).haltId).not.toBe(first.haltId);
  });

  it('blocks anew when somebody changed the state under it, before it goes on', async () => {
    const asked = await world.request();
    await world.database.admin(
      `update keelson.trading_states set state = 'ACTIVE', halt_generation = halt_generation + 1 where scope like 'account:%'`,
    );
    const done = await world.drive(asked);
    expect(done.generation).toBeGreaterThan(asked.generation!);
    const [state] = await world.database.admin(
      `select state, halt_generation::int as generation from keelson.trading_states where scope like 'account:%'`,
    );
    expect(state).toEqual({ state: 'HALTED', generation: done.generation });
  });

  it('waits for an older claim until its deadline and the venue’s skew are past', async () => {
    const claimed = await world.claim({ deadlineInMs: 1_500 });
    const done = await world.drive(await world.request());
    expect(done.proof).toMatchObject({ accounts: 1, ordersOpen: 0 });
    expect(done.finishedAt!.getTime()).toBeGreaterThan(claimed.deadline.getTime());
    await world.forget(claimed.signalId);
  }, 20_000);
});
