import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { OrderTerms } from '@keelson/contracts';
import { until } from '@keelson/testkit/until';
import type { OrderRequest } from '../src/broker.port.ts';
import { alpacaOrder, alpacaVenue, soon, type AlpacaVenue } from './support/alpaca-venue.ts';

const LIMIT: OrderTerms = { type: 'limit', timeInForce: 'gtc', limitPrice: '90' };

let venue: AlpacaVenue;
beforeAll(async () => {
  venue = await alpacaVenue({ requestsPerMinute: 100_000 }, { requestsPerMinute: 100_000, account: 'account' });
});
afterEach(() => venue.emulator.weather.calm());
afterAll(() => venue.close());

/** An order that rests at the venue, as it is a moment after its answer. */
async function resting(change: Partial<OrderRequest> = {}): Promise<OrderRequest> {
  const order = alpacaOrder({ terms: LIMIT, ...change });
  const outcome = await venue.broker.submit(order, soon());
  if (outcome.outcome !== 'accepted') throw new Error(`expected accepted, got ${JSON.stringify(outcome)}`);
  await until(
    () => venue.emulator.order(order.clientOrderId).status,
    (status) => status === 'new',
  );
  return order;
}

describe('what Alpaca does not trade', () => {
  it.each([
    ['a future, though a share has its name', { symbol: 'ES' }, /^instrument_not_traded: /],
    ['a pair of currencies', { symbol: 'EUR/USD' }, /^instrument_not_traded: /],
    ['an instrument that nobody knows', { symbol: 'TSLA' }, /^unknown_instrument: /],
    ['an order of another account', { account: 'other' }, /^other_account: /],
    ['coins by the day', { symbol: 'BTC/USD', terms: { type: 'market', timeInForce: 'day' } }, /^terms_not_traded: /],
    [
      'a stop on coins',
      { symbol: 'BTC/USD', terms: { type: 'stop', timeInForce: 'gtc', stopPrice: '90' } },
      /^terms_not_traded: /,
    ],
    [
      'an option until cancelled',
      { symbol: 'AAPL261218C00200000', terms: LIMIT },
      /^terms_not_traded: .* kind option /,
    ],
    ['half an option', { symbol: 'AAPL261218C00200000', quantity: '0.5' }, /^fraction_not_traded: /],
    ['half a share until cancelled', { quantity: '0.5', terms: LIMIT }, /^fraction_not_traded: /],
  ] as [string, Partial<OrderRequest>, RegExp][])(
    'is refused before anything is sent: %s',
    async (_, change, reason) => {
      const before = venue.emulator.requests.length;
      const order = alpacaOrder(change);
      const outcome = await venue.broker.submit(order, soon());
      expect(outcome).toMatchObject({
        outcome: 'rejected',
        reports: [{ type: 'broker.rejected', payload: { reason: expect.stringMatching(reason) } }],
      });
      expect(venue.emulator.requests.length).toBe(before);
    },
  );
});

describe('an order', () => {
  it.each([
    ['limit', LIMIT],
    ['stop', { type: 'stop', timeInForce: 'day', stopPrice: '120' }],
    ['stop with a limit', { type: 'stop_limit', timeInForce: 'gtc', stopPrice: '120', limitPrice: '121' }],
    ['trail by price', { type: 'trailing_stop', timeInForce: 'gtc', trail: '3', trailUnit: 'price' }],
    ['trail by percent', { type: 'trailing_stop', timeInForce: 'day', trail: '2.5', trailUnit: 'percent' }],
  ] as [string, OrderTerms][])('rests and is shown with the terms that it was given: %s', async (_, terms) => {
    const order = await resting({ terms });
    const open = await venue.broker.openOrders('account');
    if (open.outcome !== 'known') throw new Error(open.reason);
    expect(open.items.find(({ clientOrderId }) => clientOrderId === order.clientOrderId)).toMatchObject({
      ...{ account: 'account', symbol: 'AAPL', side: 'buy', quantity: '10', filledQuantity: '0', reduceOnly: false },
      terms,
    });
    expect(await venue.broker.cancel(order.clientOrderId, 'account')).toMatchObject({ outcome: 'cancelled' });
  });

  it('that may only shrink a position says so to the venue', async () => {
    const order = await resting({ side: 'sell', terms: { ...LIMIT, limitPrice: '110' }, reduceOnly: true });
    expect(venue.emulator.order(order.clientOrderId).position_intent).toBe('sell_to_close');
    const open = await venue.broker.openOrders('account');
    expect(open).toMatchObject({ items: [{ clientOrderId: order.clientOrderId, reduceOnly: true }] });
    await venue.broker.cancel(order.clientOrderId, 'account');
  });

  it('that is still being cancelled is in doubt, until it has ended', async () => {
    const order = await resting();
    const broker = venue.brokerWith({ queryWithin: '200 milliseconds' });
    venue.emulator.weather.holdCancels = true;
    expect(await broker.cancel(order.clientOrderId, 'account')).toMatchObject({ outcome: 'unknown' });
    venue.emulator.market.settleCancel(venue.emulator.order(order.clientOrderId));
    expect(await broker.cancel(order.clientOrderId, 'account')).toMatchObject({ outcome: 'cancelled' });
  });

  it('that fills while its cancel travels is told as closed, with its fill', async () => {
    const order = await resting();
    venue.emulator.weather.holdCancels = true;
    const cancelled = venue.broker.cancel(order.clientOrderId, 'account');
    await until(
      () => venue.emulator.order(order.clientOrderId).status,
      (status) => status === 'pending_cancel',
    );
    venue.emulator.market.fill(venue.emulator.order(order.clientOrderId), '10', '90');
    expect(await cancelled).toMatchObject({
      outcome: 'closed',
      reports: [{ type: 'broker.accepted' }, { type: 'broker.filled', payload: { price: '90' } }],
    });
  });

  it('of somebody else is cancelled by the venue’s own id', async () => {
    const manual = venue.emulator.market.submit({
      ...{ symbol: 'SPY', qty: '1', side: 'buy', type: 'limit', time_in_force: 'day', limit_price: '50' },
    });
    if ('code' in manual) throw new Error(manual.message);
    expect(await venue.broker.cancelAtVenue(manual.id, 'account')).toMatchObject({ outcome: 'cancelled' });
    expect(await venue.broker.cancelAtVenue('b0b6dd9d-8b9b-48a9-ba46-b9d54906e415', 'account')).toEqual({
      outcome: 'not_found',
    });
  });

  it('is cancelled with all others, but not where protective ones shall stay', async () => {
    const orders = [await resting(), await resting({ symbol: 'SPY' })];
    expect(await venue.broker.cancelAll('account', { keepReduceOnly: true })).toMatchObject({ outcome: 'unknown' });
    expect(await venue.broker.openOrders('account')).toMatchObject({ outcome: 'known', items: [{}, {}] });
    expect(await venue.broker.cancelAll('account', { keepReduceOnly: false })).toEqual({
      outcome: 'requested',
      count: 2,
    });
    for (const { clientOrderId } of orders) expect(venue.emulator.order(clientOrderId).status).toBe('canceled');
  });
});

describe('a replacement', () => {
  function revisionOf(order: OrderRequest, change: Partial<OrderRequest> = {}) {
    const { account, ...rest } = order;
    const revision = { ...rest, clientOrderId: `${order.clientOrderId}-2`, quantity: '7', ...change };
    return { account, clientOrderId: order.clientOrderId, revision };
  }

  it('stands in the order’s place, with reports of both', async () => {
    const order = await resting();
    const terms: OrderTerms = { ...LIMIT, limitPrice: '91.5' };
    const request = revisionOf(order, { terms });
    const outcome = await venue.broker.replace(request, soon());
    expect(outcome).toMatchObject({
      outcome: 'replaced',
      reports: [
        { type: 'broker.accepted', payload: { clientOrderId: order.clientOrderId } },
        { type: 'broker.replaced', payload: { replacedBy: request.revision.clientOrderId } },
        { type: 'broker.accepted', payload: { clientOrderId: request.revision.clientOrderId } },
      ],
    });
    expect(venue.emulator.order(request.revision.clientOrderId)).toMatchObject({ qty: '7', limit_price: '91.5' });
    // Asked again, after a lost reply for instance: the same, and no third order.
    const orders = venue.emulator.book.orders.size;
    expect(await venue.broker.replace(request, soon())).toEqual(outcome);
    expect(venue.emulator.book.orders.size).toBe(orders);
    await venue.broker.cancelAll('account', { keepReduceOnly: false });
  });

  it('keeps the fills of the order that it replaces', async () => {
    const order = await resting();
    venue.emulator.market.fill(venue.emulator.order(order.clientOrderId), '4', '90');
    const outcome = await venue.broker.replace(revisionOf(order, { quantity: '6' }), soon());
    expect(outcome).toMatchObject({
      outcome: 'replaced',
      reports: [{}, { type: 'broker.filled', payload: { quantity: '4' } }, { type: 'broker.replaced' }, {}],
    });
    await venue.broker.cancelAll('account', { keepReduceOnly: false });
  });

  it('that the order’s last fill overtakes is told as closed; nothing comes in its place', async () => {
    const order = await resting();
    const request = revisionOf(order);
    venue.emulator.weather.holdReplacements = true;
    const replacing = venue.broker.replace(request, soon());
    // The venue has taken the replacement, and the order fills before that reaches the market.
    await until(
      () => venue.emulator.order(order.clientOrderId).status,
      (status) => status === 'pending_replace',
    );
    venue.emulator.market.fill(venue.emulator.order(order.clientOrderId), '10', '90');
    venue.emulator.market.settleReplacement(venue.emulator.order(request.revision.clientOrderId));
    expect(await replacing).toMatchObject({ outcome: 'closed', reports: [{}, { type: 'broker.filled' }] });
    expect(venue.emulator.order(request.revision.clientOrderId).status).toBe('rejected');
  });

  it.each([
    ['another type', { terms: { type: 'market', timeInForce: 'day' } }, /^not_replaceable: /],
    ['a part of a share', { quantity: '2.5' }, /^fraction_not_traded: /],
  ] as [string, Partial<OrderRequest>, RegExp][])('is refused before it is sent: %s', async (_, change, reason) => {
    const order = await resting();
    expect(await venue.broker.replace(revisionOf(order, change), soon())).toMatchObject({
      outcome: 'refused',
      reports: [{ type: 'broker.cancel_refused', payload: { reason: expect.stringMatching(reason) } }],
    });
    expect(venue.emulator.order(order.clientOrderId).status).toBe('new');
    await venue.broker.cancelAll('account', { keepReduceOnly: false });
  });

  it('of nothing is not found; past its deadline it is not sent; a lost reply leaves doubt', async () => {
    expect(await venue.broker.replace(revisionOf(alpacaOrder()), soon())).toEqual({ outcome: 'not_found' });
    const order = await resting();
    expect(await venue.broker.replace(revisionOf(order), soon(-1))).toMatchObject({ outcome: 'refused' });
    venue.emulator.weather.next({ method: 'PATCH', does: { kind: 'cut', when: 'after' } });
    expect(await venue.broker.replace(revisionOf(order), soon())).toMatchObject({ outcome: 'unknown' });
    expect(await venue.broker.replace(revisionOf(order), soon())).toMatchObject({ outcome: 'replaced' });
    await venue.broker.cancelAll('account', { keepReduceOnly: false });
  });

  it('whose lost attempt the venue is still at is waited for, and never called refused', async () => {
    const order = await resting();
    const request = revisionOf(order);
    venue.emulator.weather.holdReplacements = true;
    venue.emulator.weather.next({ method: 'PATCH', does: { kind: 'cut', when: 'after' } });
    expect(await venue.broker.replace(request, soon())).toMatchObject({ outcome: 'unknown' });
    const again = venue.broker.replace(request, soon());
    setTimeout(
      () => venue.emulator.market.settleReplacement(venue.emulator.order(request.revision.clientOrderId)),
      100,
    );
    expect(await again).toMatchObject({ outcome: 'replaced' });
    await venue.broker.cancelAll('account', { keepReduceOnly: false });
  });
});

describe('the account', () => {
  it('shows positions with their sign and our symbols, cash, and executions under the ids of fills', async () => {
    const own = await alpacaVenue({ plan: { fill: 'at_once' } });
    const since = new Date();
    const coin = alpacaOrder({ symbol: 'BTC/USD', quantity: '0.25', terms: { type: 'market', timeInForce: 'gtc' } });
    const short = alpacaOrder({ side: 'sell', quantity: '3' });
    const outcomes = [await own.broker.submit(coin, soon()), await own.broker.submit(short, soon())];
    const positions = await own.broker.positions('account');
    expect(positions).toEqual({
      outcome: 'known',
      positions: [
        { account: 'account', symbol: 'BTC/USD', netQuantity: '0.25' },
        { account: 'account', symbol: 'AAPL', netQuantity: '-3' },
      ],
    });
    expect(await own.broker.balances('account')).toMatchObject({
      items: [{ account: 'account', currency: 'USD', cash: '1000275' }],
    });
    const executions = await own.broker.executions('account', since);
    if (executions.outcome !== 'known') throw new Error(executions.reason);
    expect(executions.items).toMatchObject([
      { clientOrderId: coin.clientOrderId, symbol: 'BTC/USD', side: 'buy', quantity: '0.25', price: '100' },
      { clientOrderId: short.clientOrderId, symbol: 'AAPL', side: 'sell', quantity: '3', price: '100' },
    ]);
    const filled = outcomes.flatMap((one) => ('reports' in one ? one.reports : []));
    expect(executions.items.map(({ executionId }) => executionId)).toEqual(
      filled.flatMap((report) => (report.type === 'broker.filled' ? [report.payload.executionId] : [])),
    );
    expect(await own.broker.executions('account', soon())).toMatchObject({ outcome: 'known', items: [] });
    await own.close();
  });
});
