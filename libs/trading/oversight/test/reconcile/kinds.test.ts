import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { compareSince } from '../../src/reconcile/schedule.store.ts';
import { Desk, RESTING } from './desk.ts';

/**
 * Each kind of drift, made in the venue's book alone, on a real Postgres and the real venue's process. Whatever is done
 * about it, at the end our books are what the venue's own log says, and the account is clean.
 */
describe('a drift that is mended', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.openVouched();
  }, 60_000);
  afterAll(() => desk.close());
  afterEach(async () => {
    const { ours, venue } = await desk.books();
    expect(ours).toEqual(venue);
    expect(await desk.state()).toEqual({ state: 'clean', vouched: true });
    expect(desk.errors).toEqual([]);
  });

  let before: ReadonlySet<string>;
  beforeEach(async () => {
    before = new Set((await desk.drifts()).map(({ drift_id }) => drift_id));
  });

  /** The drifts of this test, once all of them are mended: of these kinds and no other. */
  const mended = async (...kinds: string[]) => {
    const found = async () => (await desk.drifts()).filter(({ drift_id }) => !before.has(drift_id));
    await desk.until(async () => {
      const drifts = await found();
      return drifts.length >= kinds.length && drifts.every(({ state }) => state === 'repaired');
    });
    await desk.compared();
    const drifts = await found();
    expect(drifts.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
    return drifts;
  };

  it('missed fill: the whole order, booked under the venue’s execution id', async () => {
    const order = await desk.place({ terms: RESTING });
    await desk.change({ change: 'fill', order: order.clientOrderId });
    const [drift] = await mended('missed_fill');
    expect([drift!.subject]).toEqual(await desk.executionsOf(order));
  }, 60_000);

  it('partial fill: the part, and the order stays open for the rest', async () => {
    const order = await desk.place({ terms: RESTING });
    await desk.change({ change: 'fill', order: order.clientOrderId, quantity: '1' });
    await mended('partial_fill');
    expect((await desk.books()).ours.openOrders).toHaveLength(1);
    await desk.cancel(order);
  }, 60_000);

  it('duplicate fill id: the same execution twice is booked once', async () => {
    const order = await desk.place();
    const [execution] = await desk.executionsOf(order);
    await desk.change({ change: 'duplicate_fill', execution_id: execution });
    const [drift] = await mended('duplicate_fill');
    expect(drift).toMatchObject({ subject: execution, treatment: 'note' });
  }, 60_000);

  it('duplicate fill id: told again when the first is long compared, it is no fill that we lack', async () => {
    const order = await desk.place();
    const [execution] = await desk.executionsOf(order);
    await desk.until(() => desk.comparedBeyond(order, 5));
    await desk.change({ change: 'duplicate_fill', execution_id: execution });
    const [drift] = await mended('duplicate_fill');
    expect(drift).toMatchObject({ subject: execution, treatment: 'note' });
  }, 60_000);

  it('cancelled at the venue: the order ends here too', async () => {
    const order = await desk.place({ terms: RESTING });
    await desk.change({ change: 'cancel', order: order.clientOrderId });
    await mended('cancelled_at_venue');
    expect((await desk.books()).ours.openOrders).toEqual([]);
  }, 60_000);

  it('unknown order: entered by hand at the venue, it becomes an order of ours, and so do its fills', async () => {
    const { accountId: account, symbol } = desk.team;
    const wish = { account, symbol, side: 'buy', quantity: '2', type: 'limit', limit_price: '900', told: false };
    const { order } = (await desk.venue.post('/v1/control/orders', wish)) as { order: { venue_order_id: string } };
    await mended('unknown_order');
    expect((await desk.books()).ours.openOrders).toEqual([order.venue_order_id]);
    await desk.change({ change: 'fill', order: order.venue_order_id, quantity: '1' });
    await desk.until(
      async () => (await desk.books()).ours.positions[symbol] === (await desk.books()).venue.positions[symbol],
    );
    await desk.change({ change: 'cancel', order: order.venue_order_id });
    await mended('unknown_order', 'partial_fill', 'cancelled_at_venue');
  }, 60_000);

  it('extra fill: somebody traded at the venue by hand; the position becomes ours', async () => {
    const { accountId: account, symbol } = desk.team;
    const wish = { account, symbol, side: 'buy', quantity: '3', type: 'market', reference_price: '5000', told: false };
    await desk.venue.post('/v1/control/orders', wish);
    await mended('extra_fill');
  }, 60_000);

  it('extra fill: more than was ordered; the rest is nobody’s order and still our position', async () => {
    const order = await desk.place();
    await desk.change({ change: 'fill', order: order.clientOrderId, quantity: '2' });
    await mended('extra_fill');
  }, 60_000);

  it('extra fill: the venue filled what it had refused; the order stays rejected, the position is ours', async () => {
    await desk.venue.control({ contradict_next: 1 });
    const order = await desk.place();
    await mended('extra_fill');
    const rows = await desk.database.admin('select status from keelson.orders where order_id = $1', [order.orderId]);
    expect(rows).toEqual([{ status: 'rejected' }]);
  }, 60_000);

  it('wrong quantity: the venue’s correction of an execution that we booked otherwise', async () => {
    const order = await desk.place();
    const [execution] = await desk.executionsOf(order);
    const correction = { execution_id: execution, quantity: '3', price: '4990.25', told: false };
    await desk.venue.post('/v1/control/correct', correction);
    await mended('wrong_quantity');
  }, 60_000);

  it('wrong quantity: a correction of what was compared long ago, seen by what is held', async () => {
    const order = await desk.place();
    const [execution] = await desk.executionsOf(order);
    await desk.until(() => desk.comparedBeyond(order, 5));
    const correction = { execution_id: execution, quantity: '3', price: '4990.25', told: false };
    await desk.venue.post('/v1/control/correct', correction);
    const [drift] = await mended('wrong_quantity');
    expect(drift).toMatchObject({ subject: execution });
  }, 60_000);

  it('late fill: the fill of an order that we had cancelled is booked', async () => {
    const order = await desk.place({ terms: RESTING });
    await desk.cancel(order);
    await desk.change({ change: 'fill', order: order.clientOrderId, quantity: '1' });
    await mended('late_fill');
  }, 60_000);

  it('none, when the whole day is compared once more at its end', async () => {
    const { checks } = desk;
    const before = checks.length;
    expect(await desk.database.db.relay((tx) => compareSince(tx, new Date(Date.now() - 86_400_000)))).toBe(1);
    await desk.until(async () => checks.slice(before).some(({ outcome }) => outcome === 'done'));
    await mended();
  }, 60_000);
});
