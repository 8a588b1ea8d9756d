import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { alpacaOrder, alpacaVenue, soon, type AlpacaVenue } from './support/alpaca-venue.ts';
import type { RequestFault } from './emulators/alpaca/weather.ts';

let venue: AlpacaVenue;
beforeAll(async () => {
  venue = await alpacaVenue({ requestsPerMinute: 100_000, plan: { fill: 'at_once' } }, { requestsPerMinute: 100_000 });
});
afterEach(() => venue.emulator.weather.calm());
afterAll(() => venue.close());

function answers(status: number, body?: unknown, method = 'POST'): RequestFault {
  // The minute is over at once, or the adapter would rightly wait for the venue's clock after a 429.
  return { method, does: { kind: 'answer', status, body, headers: { 'x-ratelimit-reset': '0' } } };
}

const ORDER = {
  ...{ id: 'b0b6dd9d-8b9b-48a9-ba46-b9d54906e415', client_order_id: 'another', created_at: '2026-01-05T14:30:00Z' },
  ...{ symbol: 'AAPL', asset_class: 'us_equity', qty: '10', filled_qty: '0', type: 'market', side: 'buy' },
  ...{ time_in_force: 'day', status: 'new' },
};

describe('the answer to a submission', () => {
  it.each([
    ['a server error', 500, { code: 50_010_000, message: 'internal' }],
    ['a bad gateway', 502, '<html>bad gateway</html>'],
    ['a time-out of a gateway', 504, { message: 'timeout' }],
    ['a redirect', 302, undefined],
    ['a conflict, which the vendor does not document', 409, { code: 40_910_000, message: 'conflict' }],
    ['a refusal without the vendor’s code', 403, { message: 'forbidden.' }],
    ['a 422 that is not the vendor’s', 422, 'unprocessable'],
    ['success without an order', 200, {}],
    ['another order', 200, ORDER],
    ['an order with an amount that is none', 200, { ...ORDER, qty: 'ten' }],
  ])('leaves doubt: %s', async (_, status, body) => {
    const asked = venue.emulator.requests.length;
    venue.emulator.weather.next(answers(status, body));
    const outcome = await venue.broker.submit(alpacaOrder(), soon());
    expect(outcome).toEqual({ outcome: 'unknown', reason: expect.any(String) });
    expect(venue.emulator.requests.length).toBe(asked + 1);
  });

  it.each([
    ['too little money', 403, 40_310_000, 'insufficient buying power'],
    ['a rule of the venue', 422, 42_210_000, 'market orders require no stop_price'],
    ['a malformed request', 400, 40_010_000, 'request body format is invalid'],
  ])('is definitive where the venue has a code for it: %s', async (_, status, code, message) => {
    venue.emulator.weather.next(answers(status, { code, message }));
    const order = alpacaOrder();
    const first = await venue.broker.submit(order, soon());
    expect(first).toMatchObject({
      outcome: 'rejected',
      reports: [{ type: 'broker.rejected', payload: { clientOrderId: order.clientOrderId, reason: message } }],
    });
  });

  it.each([
    ['keys that nobody knows', 401],
    ['one request too many', 429],
  ])('means that nothing was sent: %s', async (_, status) => {
    venue.emulator.weather.next(answers(status));
    const order = alpacaOrder();
    expect(await venue.broker.submit(order, soon())).toMatchObject({ outcome: 'not_sent', cause: 'unreachable' });
    expect(await venue.broker.find(order.clientOrderId, 'account')).toEqual({ outcome: 'not_found' });
  });
});

describe('an answer to a question', () => {
  it.each([
    ['a 404 that is not the vendor’s', 404, { message: 'not found' }],
    ['a server error', 500, undefined],
    ['wrong keys', 401, undefined],
    ['no JSON', 200, 'welcome'],
    ['another order', 200, ORDER],
  ])('says nothing of the order: %s', async (_, status, body) => {
    const order = alpacaOrder();
    await venue.broker.submit(order, soon());
    venue.emulator.weather.next(answers(status, body, 'GET'));
    expect(await venue.broker.find(order.clientOrderId, 'account')).toMatchObject({ outcome: 'unavailable' });
    venue.emulator.weather.next(answers(status, body, 'GET'));
    expect(await venue.broker.cancel(order.clientOrderId, 'account')).toMatchObject({ outcome: 'unknown' });
    expect(await venue.broker.find(order.clientOrderId, 'account')).toMatchObject({ outcome: 'found' });
  });

  it('that shows an order without words for it shows no orders at all', async () => {
    const legs = { ...ORDER, symbol: '', type: '', side: '', qty: '1' };
    venue.emulator.weather.next(answers(200, [ORDER, legs], 'GET'));
    expect(await venue.broker.openOrders('account')).toMatchObject({ outcome: 'unavailable' });
    venue.emulator.weather.next(answers(200, [ORDER], 'GET'));
    expect(await venue.broker.openOrders('account')).toMatchObject({ outcome: 'known', items: [{}] });
  });

  it('whose connection ends under it is asked for once more, an order never', async () => {
    const order = alpacaOrder();
    await venue.broker.submit(order, soon());
    venue.emulator.weather.next({ method: 'GET', does: { kind: 'cut', when: 'before' } });
    expect(await venue.broker.find(order.clientOrderId, 'account')).toMatchObject({ outcome: 'found' });
    venue.emulator.weather.next({ method: 'POST', does: { kind: 'cut', when: 'before' } });
    const lost = alpacaOrder();
    expect(await venue.broker.submit(lost, soon())).toMatchObject({ outcome: 'unknown' });
    expect(await venue.broker.find(lost.clientOrderId, 'account')).toEqual({ outcome: 'not_found' });
  });
});
