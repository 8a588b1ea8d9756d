import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { listedViewOf } from '../src/orders.ts';
import { type OpenVenue, openVenue, order, submit, withFolder } from './venue.fixture.ts';

const SYMBOL = 'AAPL';

async function setPrice({ desk }: OpenVenue, price: string): Promise<void> {
  await desk.changePrice({ symbol: SYMBOL, price });
}

/** Everything that a restart must find again. */
function stateOf({ book }: OpenVenue): unknown {
  return {
    open: book.openOrders().map(listedViewOf),
    positions: book.holdings.positions(),
    balances: book.holdings.balances('account'),
    price: book.prices.current(SYMBOL).toFixed(),
    lastSeq: book.lastSeq,
  };
}

describe('orders with conditions', () => {
  it('a stop-limit remembers that it was triggered, also over a restart', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'venue.log');
      const first = openVenue(file);
      await setPrice(first, '100');
      await submit(first, order('s', { type: 'stop_limit', stop_price: '105', limit_price: '104' }));
      await setPrice(first, '106');
      expect(first.book.find('s')?.status).toBe('accepted');
      const state = stateOf(first);
      await first.close();
      const second = openVenue(file);
      expect(stateOf(second)).toEqual(state);
      await setPrice(second, '103');
      expect(second.book.find('s')).toMatchObject({ status: 'filled', value: '1030' });
      await second.close();
    });
  });

  it('a trailing stop follows the best price and not the others, also over a restart', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'venue.log');
      const first = openVenue(file);
      await setPrice(first, '100');
      await submit(first, order('t', { side: 'sell', type: 'trailing_stop', trail: '5', trail_unit: 'price' }));
      for (const price of ['110', '106']) await setPrice(first, price);
      expect(first.book.find('t')?.status).toBe('accepted');
      await first.close();
      const second = openVenue(file);
      await setPrice(second, '105');
      expect(second.book.find('t')?.status).toBe('filled');
      await second.close();
    });
  });

  it('a day order ends with its day, and one until cancelled does not', async () => {
    await withFolder(async (folder) => {
      const open = openVenue(join(folder, 'venue.log'));
      await setPrice(open, '100');
      const resting = { type: 'limit', limit_price: '50' } as const;
      await submit(open, order('day', resting));
      await submit(open, order('gtc', { ...resting, time_in_force: 'gtc' }));
      expect(await open.venue.endDay(new Date(Date.now() + 1))).toBe(1);
      expect(open.book.find('day')?.status).toBe('expired');
      expect(open.book.find('gtc')?.status).toBe('accepted');
      await open.close();
    });
  });
});

describe('the desk', () => {
  it('leaves a log from which busts, corrections and silent changes are rebuilt', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'venue.log');
      const first = openVenue(file);
      first.faults.change({ fee_per_unit: '0.01' });
      await setPrice(first, '100');
      const ids = [];
      for (const id of ['busted', 'corrected', 'kept']) ids.push((await submit(first, order(id))).events[1]!.event_id);
      await first.desk.bust(ids[0]!, 'a test', true);
      await first.desk.correct(ids[1]!, { quantity: '9', price: '99' }, 'a test', true);
      await submit(first, order('rests', { type: 'limit', limit_price: '50' }));
      await first.desk.changeBook({ change: 'fill', order: 'rests', quantity: '4', told: false });
      await first.desk.changeBook({ change: 'position', account: 'account', symbol: 'MSFT', quantity: '-3' });
      expect(first.book.holdings.positions('account')).toEqual([
        { account: 'account', symbol: SYMBOL, quantity: '23' },
        { account: 'account', symbol: 'MSFT', quantity: '-3' },
      ]);
      const told = first.log.readAfter(0, 100).length;
      expect(told).toBe(first.book.lastSeq);
      const state = stateOf(first);
      await first.close();
      const second = openVenue(file);
      expect(stateOf(second)).toEqual(state);
      await expect(second.desk.bust(ids[0]!, 'again', true)).rejects.toThrow('busted already');
      await second.close();
    });
  });

  it('keeps what it is told to keep from the stream in the book alone', async () => {
    await withFolder(async (folder) => {
      const open = openVenue(join(folder, 'venue.log'));
      open.faults.change({ mute_next_fills: 1 });
      const { events } = await submit(open, order('muted'));
      expect(events.map(({ type }) => type)).toEqual(['accepted']);
      expect(open.log.readAfter(0, 10)).toHaveLength(1);
      const found = await open.venue.find('muted');
      expect('text' in found && found.text).toContain('"type":"filled"');
      await open.close();
    });
  });
});
