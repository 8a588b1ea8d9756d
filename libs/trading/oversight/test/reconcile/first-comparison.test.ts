import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
}, 60_000);
afterAll(() => desk.close());

it('takes what was traded at the venue before it for ours, and not for cash that was there already', async () => {
  const { accountId: account, symbol } = desk.team;
  const wish = { account, symbol, side: 'buy', quantity: '3', type: 'market', reference_price: '5000', told: false };
  await desk.venue.post('/v1/control/orders', wish);
  await desk.reconcile();
  await desk.until(async () => (await desk.state()).state === 'clean');
  await desk.compared();
  expect((await desk.drifts()).map(({ kind, state }) => [kind, state])).toEqual([['extra_fill', 'repaired']]);
  const { ours, venue } = await desk.books();
  expect(ours).toEqual(venue);
  expect([await desk.state(), await desk.tradingState()]).toEqual([{ state: 'clean', vouched: true }, undefined]);
}, 60_000);
