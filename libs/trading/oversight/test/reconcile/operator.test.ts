import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTradingState } from '@keelson/risk';
import { resolveDrift } from '../../src/reconcile/resolve.ts';
import { Desk, RESTING } from './desk.ts';

/** What nobody but a person can settle, and what a halt changes; on a real Postgres and the real venue's process. */
describe('a drift that is not safe to mend', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.openVouched();
  }, 60_000);
  afterAll(() => desk.close());

  const open = async (kind: string) => {
    const found = async () => (await desk.drifts()).filter((drift) => drift.kind === kind && drift.state === 'open');
    await desk.until(async () => (await found()).length === 1);
    return (await found())[0]!;
  };
  const resume = async () => {
    const { teamId, accountId } = desk.team;
    const scope = { kind: 'account', teamId, accountId } as const;
    await setTradingState(desk.database.db, { scope, to: 'ACTIVE', reason: 'a test', actor: 'test' }, () => undefined);
  };
  const resolve = (driftId: string, accept: 'venue' | 'ours', price?: string) =>
    resolveDrift(
      desk.database.db,
      { teamId: desk.team.teamId, driftId, accept, price, reason: 'a test', actor: 'test' },
      () => undefined,
    );

  it('restricts the account once, tells of it once, and is told of no more when ours is accepted', async () => {
    await desk.change({ change: 'position', account: desk.team.accountId, symbol: 'ES', quantity: '5' });
    const drift = await open('position');
    expect(drift).toMatchObject({ subject: 'ES', treatment: 'operator', led_to: 'REDUCING' });
    expect(await desk.tradingState()).toBe('REDUCING');
    await desk.compared(3);
    expect(await desk.drifts()).toHaveLength(1);
    expect(desk.announced.filter(({ type }) => type === 'drift.found')).toHaveLength(1);
    expect((await desk.state()).state).toBe('differing');

    await resume();
    await desk.compared(2);
    expect(await desk.tradingState()).toBe('ACTIVE');
    expect(await resolve(drift.drift_id, 'ours')).toMatchObject({ outcome: 'accepted', as: 'accepted_ours' });
    expect(await resolve(drift.drift_id, 'ours')).toEqual({ outcome: 'refused', because: 'ended' });
    await desk.compared(2);
    expect(await desk.state()).toEqual({ state: 'clean', vouched: true });
    await desk.change({ change: 'position', account: desk.team.accountId, symbol: 'ES', quantity: '0' });
    await desk.compared(2);
  }, 90_000);

  it('takes a balance over from the venue: cash is compared from there on', async () => {
    await desk.change({ change: 'cash', account: desk.team.accountId, currency: 'USD', amount: '-12.5' });
    const drift = await open('balance');
    expect(await resolve(drift.drift_id, 'venue')).toMatchObject({ outcome: 'accepted', as: 'accepted_venue' });
    await desk.until(async () => (await desk.state()).state === 'clean');
    await resume();
  }, 90_000);

  it('halts the account when one execution id stands for two different executions', async () => {
    const order = await desk.place();
    const [execution] = await desk.executionsOf(order);
    await desk.change({ change: 'duplicate_fill', execution_id: execution, quantity: '1' });
    expect(await open('duplicate_fill')).toMatchObject({ treatment: 'operator', led_to: 'HALTED' });
    expect(await desk.tradingState()).toBe('HALTED');
  }, 90_000);

  it('while the account is halted, a fill is late, and an order that nobody knows is taken back at the venue', async () => {
    await resume();
    const standing = await desk.place({ terms: RESTING });
    const { teamId, accountId, symbol } = desk.team;
    const scope = { kind: 'account', teamId, accountId } as const;
    await setTradingState(desk.database.db, { scope, to: 'HALTED', reason: 'a test', actor: 'test' }, () => undefined);
    await desk.change({ change: 'fill', order: standing.clientOrderId });
    const wish = {
      account: accountId,
      symbol,
      side: 'buy',
      quantity: '2',
      type: 'limit',
      limit_price: '900',
      told: false,
    };
    const { order } = (await desk.venue.post('/v1/control/orders', wish)) as { order: { venue_order_id: string } };
    const of = async (kind: string) => (await desk.drifts()).find((drift) => drift.kind === kind);
    await desk.until(
      async () => (await of('late_fill'))?.state === 'repaired' && (await of('unknown_order'))?.state === 'repaired',
    );
    expect(await of('unknown_order')).toMatchObject({ subject: order.venue_order_id, treatment: 'cancel' });
    const { ours, venue } = await desk.books();
    expect(venue.openOrders).toEqual([]);
    expect(ours.positions).toEqual(venue.positions);
  }, 90_000);

  it('counts as unknown when the venue does not answer, and stops vouching in time', async () => {
    await desk.venue.control({ unavailable: true });
    await desk.database.admin(`update keelson.reconciliations set vouched_until = now() where account_id = $1`, [
      desk.team.accountId,
    ]);
    await desk.until(async () => (await desk.state()).state === 'unknown');
    expect(await desk.state()).toEqual({ state: 'unknown', vouched: false });
    await desk.venue.control({ unavailable: false });
  }, 60_000);
});
