import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Decimal } from '@keelson/kernel';
import { openVenue, order, submit, type Told, untilClosed, withFolder } from './venue.fixture.ts';

const SYMBOLS = ['AAPL', 'EURUSD', 'BTCUSD'] as const;

/** Prices, quantities and kinds of everything that happened to 60 orders; without ids and times, which differ. */
async function results(folder: string, seed: number): Promise<unknown[]> {
  const open = openVenue(join(folder, `venue-${Math.random()}.log`), { seed, partial_fill_percent: 50 });
  open.faults.change({ reject_percent: 20 });
  const told: Told[] = [];
  for (let index = 0; index < 60; index += 1) {
    told.push(await submit(open, order(`order-${index}`, { symbol: SYMBOLS[index % 3]! })));
    await untilClosed(open);
  }
  const events = open.log.readAfter(0, 1_000).map((line) => JSON.parse(line) as Told['events'][number]);
  await open.close();
  return events.map(({ type, client_order_id: id, quantity, price, reason }) => [type, id, quantity, price, reason]);
}

describe('the seed', () => {
  it('gives equal prices, splits and refusals to equal seeds, and others to another seed', async () => {
    await withFolder(async (folder) => {
      const first = await results(folder, 7);
      expect(await results(folder, 7)).toEqual(first);
      expect(await results(folder, 8)).not.toEqual(first);
      const kinds = new Set(first.map((row) => (row as string[])[0]));
      expect(kinds).toEqual(new Set(['accepted', 'filled', 'rejected']));
    });
  });

  it('keeps a fill within half a percent and two ticks of the reference price', async () => {
    await withFolder(async (folder) => {
      const open = openVenue(join(folder, 'venue.log'));
      for (let index = 0; index < 200; index += 1) {
        const { events } = await submit(open, order(`order-${index}`));
        const price = new Decimal(events[1]!.price!);
        expect(price.minus('100').abs().lessThanOrEqualTo('0.52')).toBe(true);
      }
      await open.close();
    });
  });

  it('splits about the share of orders it is told to, and never an order of one unit', async () => {
    await withFolder(async (folder) => {
      const open = openVenue(join(folder, 'venue.log'), { partial_fill_percent: 20 });
      let split = 0;
      for (let index = 0; index < 500; index += 1) {
        const { order: view } = await submit(open, order(`order-${index}`));
        if (view.status === 'partially_filled') split += 1;
      }
      expect(split).toBeGreaterThan(60);
      expect(split).toBeLessThan(140);
      open.faults.change({ partial_fill_percent: 100 });
      const { order: single } = await submit(open, order('single', { quantity: '1' }));
      expect(single.status).toBe('filled');
      await untilClosed(open);
      await open.close();
    });
  });
});
