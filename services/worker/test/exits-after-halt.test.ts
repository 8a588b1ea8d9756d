import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Id } from '@keelson/kernel';
import { bindingHalts, requestHalt, resumeTrading, unprovenSeconds } from '@keelson/oversight';
import type { Scope } from '@keelson/risk';
import { announce } from '@keelson/stream/publish';
import { until } from '@keelson/testkit';
import { Desk } from './support/desk.ts';
import { World } from './support/world.ts';

/** What a halt with `--cancel-all` takes from a position comes back when the position is still there to protect. */
describe('exits that a halt took, once trading is resumed', () => {
  let world: World;
  let desk: Desk;
  let scope: Scope;
  beforeEach(async () => {
    world = await World.start();
    desk = new Desk(world);
    await desk.price('ES', '5000');
    scope = { kind: 'account', teamId: world.team.teamId, accountId: world.team.accountId };
  }, 30_000);
  afterEach(() => world.close());

  const fields = { type: 'limit', limit_price: '4990', take_profit: '5100', stop_loss: '4900' };
  const exits = (revision: number, quantity: number, status: string) => [
    `take_profit.${revision} sell ${quantity} ES limit 5100: ${status}, filled 0`,
    `stop_loss.${revision} sell ${quantity} ES stop 4900: ${status}, filled 0`,
  ];
  /** A bracket of so many contracts, all of them filled, with its exits at the venue. */
  const bracket = async (quantity: string): Promise<Id> => {
    const signal = await world.accept({ quantity, fields });
    await desk.untilOrders(signal, [`entry.0 buy ${quantity} ES limit 4990: accepted, filled 0`]);
    await desk.fill(await desk.order(signal, 'entry.0'), quantity, '4990');
    await desk.untilOrders(signal, [entry(quantity), ...exits(0, Number(quantity), 'accepted')]);
    return signal;
  };
  const entry = (quantity: string) => `entry.0 buy ${quantity} ES limit 4990: filled, filled ${quantity}`;
  const inOrder = (one: string, other: string) => one.localeCompare(other);
  /** Waits for the orders of a signal, whichever leg and revision comes first. */
  const untilOrders = (signal: Id, wanted: readonly string[]) =>
    until(
      async () => (await desk.orders(signal)).map(({ text }) => text).sort(inOrder),
      (texts) => JSON.stringify(texts) === JSON.stringify([...wanted].sort(inOrder)),
    );
  const halt = async (over: { cancelAll?: boolean; flatten?: boolean } = { cancelAll: true }) => {
    const plain = {
      scope,
      cancelAll: false,
      flatten: false,
      reason: 'a test',
      actor: 'anna',
      origin: 'operator',
    } as const;
    const { haltId } = await requestHalt(world.database.db, { ...plain, ...over }, announce);
    await until(
      () => world.database.admin('select from keelson.halts where halt_id = $1 and finished_at is not null', [haltId]),
      (rows) => rows.length === 1,
    );
    return haltId;
  };
  const resume = () =>
    until(
      () => resumeTrading(world.database.db, { scope, reason: 'seen to', actor: 'anna', people: 1 }, announce),
      ({ outcome }) => outcome === 'resumed',
    );
  const settled = (haltId: Id) =>
    until(
      () =>
        world.database.admin('select from keelson.halts where halt_id = $1 and exits_settled_at is not null', [haltId]),
      (rows) => rows.length === 1,
    );

  it('are placed anew, once, for what is open', async () => {
    await Promise.all([world.run({ oversees: true }), world.run({ oversees: true })]);
    const signal = await bracket('4');
    const haltId = await halt();
    await untilOrders(signal, [entry('4'), ...exits(0, 4, 'cancelled')]);
    await resume();
    await untilOrders(signal, [entry('4'), ...exits(0, 4, 'cancelled'), ...exits(1, 4, 'accepted')]);
    await settled(haltId);
    // As if whoever placed them had died before it wrote that it had.
    await world.database.admin('update keelson.halts set exits_settled_at = null');
    await settled(haltId);
    expect(await desk.orders(signal)).toHaveLength(5);
    await desk.price('ES', '4900');
    await untilOrders(signal, [
      ...[entry('4'), ...exits(0, 4, 'cancelled'), 'take_profit.1 sell 4 ES limit 5100: cancelled, filled 0'],
      'stop_loss.1 sell 4 ES stop 4900: filled, filled 4',
    ]);
    expect((await desk.sums()).exposure).toBe('reserved 0, held 0');
    const audits = await world.database.admin(
      `select subject from keelson.audit_events where action = 'exits.restore'`,
    );
    expect(audits).toEqual([{ subject: signal }]);
  }, 60_000);

  it('are placed by the next process when none lives at the resume', async () => {
    const first = await world.run({ oversees: true });
    const signal = await bracket('4');
    const haltId = await halt();
    await untilOrders(signal, [entry('4'), ...exits(0, 4, 'cancelled')]);
    await first.stop();
    await resume();
    expect(await world.database.db.relay(unprovenSeconds)).toBeGreaterThan(0);
    expect(await desk.orders(signal)).toHaveLength(3);
    await world.run({ oversees: true });
    await untilOrders(signal, [entry('4'), ...exits(0, 4, 'cancelled'), ...exits(1, 4, 'accepted')]);
    await settled(haltId);
    expect(await world.database.db.relay(unprovenSeconds)).toBe(0);
  }, 60_000);

  it('stay away after a flattening, and those that somebody cancelled too', async () => {
    await world.run({ oversees: true });
    const flattened = await bracket('4');
    const first = await halt({ flatten: true });
    await resume();
    await settled(first);
    await untilOrders(flattened, [entry('4'), ...exits(0, 4, 'cancelled')]);

    const signal = await bracket('2');
    await desk.cancel(await desk.order(signal, 'take_profit.0'));
    const [takeProfit, stopLoss] = exits(0, 2, 'cancelled');
    await untilOrders(signal, [entry('2'), takeProfit!, exits(0, 2, 'accepted')[1]!]);
    const second = await halt();
    await resume();
    await settled(second);
    await untilOrders(signal, [entry('2'), takeProfit!, stopLoss!, exits(1, 2, 'accepted')[1]!]);
    expect(await desk.orders(flattened)).toHaveLength(3);
  }, 60_000);

  it('are left to a person where less is open than they would leave, until that is closed', async () => {
    await world.run({ oversees: true });
    const signal = await bracket('4');
    const haltId = await halt();
    await world.database.admin('update keelson.positions set quantity = 3 where account_id = $1', [
      world.team.accountId,
    ]);
    await world.database.admin(`update keelson.reconciliations set state = 'clean', exempt = true`);
    await world.database.admin(`update keelson.reconciliation_drifts set ended_at = now() where ended_at is null`);
    await resume();
    const owing = await until(
      async () => (await world.database.db.relay(bindingHalts)).filter((one) => one.haltId === haltId),
      ([one]) => one?.problem !== undefined,
    );
    expect(owing[0]!.problem).toContain(`its exits would leave 4 ES, and 3 are open without any`);
    expect(await world.database.db.relay(unprovenSeconds)).toBeGreaterThan(0);
    expect(await desk.orders(signal)).toHaveLength(3);
    await world.database.admin('update keelson.positions set quantity = 0 where account_id = $1', [
      world.team.accountId,
    ]);
    await settled(haltId);
    expect(await desk.orders(signal)).toHaveLength(3);
  }, 60_000);
});
