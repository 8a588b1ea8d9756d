import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LimitName } from '@keelson/contracts';
import { type Id, newId } from '@keelson/kernel';
import { originate, type Wanted } from '@keelson/orders';
import { setLimit } from '@keelson/risk';
import { Desk } from './support/desk.ts';
import { World } from './support/world.ts';

let world: World;
let desk: Desk;

beforeAll(async () => {
  world = await World.start();
  desk = new Desk(world);
  await desk.price('ES', '5000');
}, 30_000);
afterAll(() => world.close());

function wanted(changes: Partial<Wanted> = {}): Wanted {
  return {
    ...{ origin: 'operator', key: newId(), strategy: 'by hand', accountId: world.team.accountId, broker: 'paper' },
    ...{ symbol: 'ES', side: 'buy', quantity: '2', terms: { type: 'market', timeInForce: 'day' } },
    ...{ role: 'entry', reduceOnly: false, referencePrice: '5000', expiresAt: new Date(Date.now() + 60_000) },
    ...changes,
  };
}

const ask = (order: Wanted) => world.database.db.transaction(world.team.teamId, (tx) => originate(tx, order));

describe('an order that no webhook asked for', () => {
  it('goes the whole way: sent, filled, booked, told once; asked for twice it is one order', async () => {
    const order = wanted();
    const first = await ask(order);
    const second = await ask(order);
    expect([first.fresh, second]).toEqual([true, { ...first, fresh: false }]);
    const running = await world.run();
    await desk.untilOrders(first.signalId, ['entry.0 buy 2 ES market: filled, filled 2']);
    expect((await desk.told(first.signalId)).at(-1)).toBe('order.filled');
    const rows = await world.database.admin('select origin, receipt_id from keelson.signals where signal_id = $1', [
      first.signalId,
    ]);
    expect(rows).toEqual([{ origin: 'operator', receipt_id: null }]);
    expect((await desk.sums()).exposure).toBe('reserved 0, held 500000');
    await running.stop();
  }, 30_000);

  it('that stands at the venue already is taken into the books, and nothing is sent', async () => {
    const adopted = { clientOrderId: `manual-${newId()}`, venueOrderId: `v-${newId()}` };
    const { signalId, message } = await ask(wanted({ origin: 'reconciliation', role: 'adopted', adopted }));
    expect(message).toBeUndefined();
    expect((await desk.orders(signalId)).map(({ text }) => text)).toEqual([
      'adopted.0 buy 2 ES market: accepted, filled 0',
    ]);
    expect(await world.waiting()).toEqual([]);
  });

  it('needs an instrument, or to be told what to book it by', async () => {
    await expect(ask(wanted({ symbol: 'XYZ' }))).rejects.toThrow('No instrument is known as "XYZ": add it');
    const unlisted = { multiplier: '10', currency: 'EUR' };
    const adopted = { clientOrderId: newId(), venueOrderId: newId() };
    const { orderId } = await ask(wanted({ symbol: 'XYZ', unlisted, adopted, role: 'adopted' }));
    const rows = await world.database.admin(
      'select multiplier::float8 as multiplier, currency from keelson.orders where order_id = $1',
      [orderId],
    );
    expect(rows).toEqual([{ multiplier: 10, currency: 'EUR' }]);
  });
});

describe('a request about an order', () => {
  const resting = { type: 'limit', limit_price: '4000', time_in_force: 'gtc' };

  async function waitingAtVenue(): Promise<Id> {
    const signal = await world.accept({ quantity: '5', fields: resting });
    await desk.untilOrders(signal, ['entry.0 buy 5 ES limit 4000: accepted, filled 0']);
    return signal;
  }

  it('stops an order that was not sent yet: it never leaves', async () => {
    const noRoute = await world.run({ steps: ['decide', 'place'] });
    const signal = await world.accept({ fields: resting });
    await desk.untilPlaced(signal);
    const order = await desk.order(signal, 'entry.0');
    expect(await desk.cancel(order)).toMatchObject({ outcome: 'requested', attemptId: undefined, messages: [] });
    await noRoute.stop();
    const running = await world.run();
    await desk.untilOrders(signal, ['entry.0 buy 1 ES limit 4000: cancelled, filled 0']);
    await running.stop();
    const atVenue = (await world.venue.log()).filter((line) => line['client_order_id'] === order.clientOrderId);
    expect(atVenue).toEqual([]);
    expect((await desk.told(signal)).at(-1)).toBe('order.cancelled');
  }, 30_000);

  it('refuses what cannot be, with the reason, and repeats a cancel as the same asking', async () => {
    const running = await world.run();
    const signal = await waitingAtVenue();
    const order = await desk.order(signal, 'entry.0');
    await running.stop();
    expect(await desk.replace(order, { quantity: '6' })).toMatchObject({ outcome: 'refused', code: 'too_large' });
    expect(await desk.replace(order, { stopPrice: '1' })).toMatchObject({ outcome: 'refused', code: 'invalid_terms' });
    const first = await desk.cancel(order);
    expect(await desk.cancel(order)).toMatchObject({ attemptId: (first as { attemptId: Id }).attemptId, messages: [] });
    expect(await desk.replace(order, { limitPrice: '3999' })).toMatchObject({ outcome: 'refused', code: 'busy' });
    const again = await world.run();
    await desk.untilOrders(signal, ['entry.0 buy 5 ES limit 4000: cancelled, filled 0']);
    await again.stop();
    expect(await desk.cancel(order)).toMatchObject({ outcome: 'refused', code: 'closed', status: 'cancelled' });
    expect((await desk.sums()).exposure).toBe('reserved 0, held 500000');
  }, 30_000);

  describe('for another price', () => {
    const limit = (name: LimitName, value: string | null) =>
      world.database.db.transaction(world.team.teamId, async (tx) =>
        setLimit(tx, {
          accountId: world.team.accountId,
          scope: 'account',
          name,
          value,
          actor: 'a test',
          reason: 'test',
        }),
      );
    const reserved = async () => (await desk.sums()).exposure.split(',')[0];

    it('is judged by risk as a new order would be, and reserves what it needs more', async () => {
      const running = await world.run();
      const signal = await waitingAtVenue();
      const order = await desk.order(signal, 'entry.0');
      await running.stop();
      await world.database.admin(
        `insert into keelson.quotes (symbol, bid, ask, last, source, at) values ('ES', 5000, 5000, 5000, 'paper', now())`,
      );
      await limit('price_collar_percent', '10');
      expect(await desk.replace(order, { limitPrice: '5600' })).toMatchObject({
        code: 'denied',
        message: expect.stringContaining('price_collar (limit 10, price 5600, middle 5000, percent 12'),
      });
      // Approved at the sender's 5,000 for five contracts of fifty: a limit of 5,400 may cost 100,000 more.
      expect(await reserved()).toBe('reserved 1250000');
      await limit('max_exposure', '1800000');
      expect(await desk.replace(order, { limitPrice: '5400' })).toMatchObject({
        code: 'denied',
        message: expect.stringContaining('exposure (scope account, limit 1800000'),
      });
      await limit('max_exposure', '1850000');
      expect(await desk.replace(order, { limitPrice: '5400' })).toMatchObject({ outcome: 'requested' });
      expect(await reserved()).toBe('reserved 1350000');

      const again = await world.run();
      await desk.untilOrders(signal, [
        'entry.0 buy 5 ES limit 4000: replaced, filled 0',
        'entry.1 buy 5 ES limit 5400: filled, filled 5',
      ]);
      await again.stop();
      expect(await reserved()).toBe('reserved 0');
      await limit('price_collar_percent', null);
      await limit('max_exposure', null);
    }, 60_000);
  });

  it('finds nothing under an id that is no order of the team', async () => {
    const stranger = { orderId: newId(), clientOrderId: '', text: '' };
    expect(await desk.cancel(stranger)).toEqual({ outcome: 'not_found' });
  });
});
