import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { restateAccount } from '../src/index.ts';
import { LedgerWorld, SOUND } from './support/ledger-world.ts';

let world: LedgerWorld;
beforeAll(async () => {
  world = await LedgerWorld.start();
});
afterAll(() => world.close());
beforeEach(() => world.newAccount());

describe('a fill', () => {
  it('of a share moves its price as cash, of a future only what was won and the fee', async () => {
    await world.fill({ side: 'buy', quantity: 10, price: 100, fee: '1' });
    await world.fill({ side: 'buy', quantity: 2, price: 5_000, symbol: 'ES', fee: '4.5' });
    await world.fill({ side: 'sell', quantity: 1, price: 5_010, symbol: 'ES', fee: '2.25' });
    const { cash, accounts } = await world.books();
    expect(cash).toEqual({ USD: String(-1_001 - 4.5 + 500 - 2.25) });
    expect(accounts).toMatchObject({
      'position:ACME USD': '1000',
      'position:ES USD': '250000',
      'obligation:ES USD': '-250000',
      'realised_profit USD': '-500',
      'fees USD': '7.75',
    });
    expect(await world.audit()).toEqual(SOUND);
  });

  it('keeps each currency balanced by itself', async () => {
    await world.addInstrument('SAP', 'equity', '1', 'EUR');
    await world.fill({ side: 'buy', quantity: 3, price: 200, symbol: 'SAP', fee: '1' });
    await world.fill({ side: 'buy', quantity: 1, price: 50 });
    expect((await world.books()).cash).toEqual({ EUR: '-601', USD: '-50' });
    expect(await world.audit()).toEqual(SOUND);
  });

  it('is booked to the position of its own symbol, also where the signal names another', async () => {
    const message = await world.prepare({ side: 'buy', quantity: 1, price: 100 });
    await world.database.admin(`update keelson.signals set symbol = 'ACME/ES' where signal_id = $1`, [
      message.payload.signalId,
    ]);
    await world.run(message);
    expect((await world.books()).positions).toEqual([['ACME', 1, 100, 100, 0]].slice(0, 1));
  });

  it('counts to the trading day of its execution: the evening to the next, the weekend to Monday', async () => {
    for (const at of ['2026-03-05T21:59:59Z', '2026-03-05T22:00:00Z', '2026-03-07T12:00:00Z']) {
      await world.fill({ side: 'buy', quantity: 1, price: 100, fee: '1', at });
    }
    expect((await world.books()).days).toEqual([
      ['2026-03-05', 'USD', 0, 1, 1],
      ['2026-03-06', 'USD', 0, 1, 1],
      ['2026-03-09', 'USD', 0, 1, 1],
    ]);
  });
});

describe('many fills at once', () => {
  it('of one symbol that nobody held yet come to the same books as one after the other', async () => {
    const messages = [];
    for (let number = 0; number < 8; number += 1) {
      const side = number % 3 === 2 ? 'sell' : 'buy';
      messages.push(await world.prepare({ side, quantity: 1 + number, price: 100 + number, fee: '0.5' }));
    }
    // Who loses the race for the first row, or three times in a row, finds the message where it was.
    const waiting = new Set(messages);
    for (let attempt = 0; waiting.size > 0 && attempt < 5; attempt += 1) {
      await Promise.allSettled([...waiting].map(async (one) => world.run(one).then(() => waiting.delete(one))));
    }
    expect(waiting.size).toBe(0);
    const { teamId, accountId } = world.accountOf();
    await restateAccount(world.database.db, teamId, accountId);
    expect(await world.audit()).toEqual(SOUND);
    const together = await world.books();
    await world.newAccount();
    for (const { payload } of messages) {
      const { side, quantity, price, fee, executedAt } = payload;
      await world.fill({ side, quantity, price, ...(fee !== undefined && { fee }), at: executedAt });
    }
    const { positions, cash, days, held } = await world.books();
    expect([together.positions, together.cash, together.days, together.held]).toEqual([positions, cash, days, held]);
  });
});

describe('fills of one commit', () => {
  const at = (second: number, microseconds = '000000') => `2026-03-02T15:00:0${second}.${microseconds}Z`;
  const fills = [
    { side: 'buy', quantity: 4, price: 100, at: at(1) },
    { side: 'sell', quantity: 6, price: 110, at: at(3, '000002') },
    { side: 'buy', quantity: 2, price: 90, symbol: 'ES', at: at(4) },
    // Late: executed before what was booked before it, by a microsecond.
    { side: 'buy', quantity: 1, price: 105, fee: '1', at: at(3, '000001') },
    { side: 'sell', quantity: 2, price: 95, symbol: 'ES', at: at(5) },
  ] as const;

  it('come to the same books as one after the other, the late one in its place', async () => {
    const prepared = [];
    for (const fill of fills) prepared.push(await world.prepare(fill));
    await world.fill({ side: 'buy', quantity: 1, price: 99, at: at(0) });
    await world.runTogether(prepared);
    const { teamId, accountId } = world.accountOf();
    const marked = 'select symbol from keelson.positions where account_id = $1 and restate_from is not null';
    expect(await world.database.admin(marked, [accountId])).toEqual([{ symbol: 'ACME' }]);
    await restateAccount(world.database.db, teamId, accountId);
    expect(await world.audit()).toEqual(SOUND);
    const together = await world.books();

    await world.newAccount();
    await world.fill({ side: 'buy', quantity: 1, price: 99, at: at(0) });
    for (const fill of fills.toSorted((left, right) => (left.at < right.at ? -1 : 1))) await world.fill(fill);
    const { positions, cash, days, streaks, held } = await world.books();
    expect([together.positions, together.cash, together.days, together.streaks, together.held]).toEqual([
      ...[positions, cash, days, streaks, held],
    ]);
  });
});

describe('a round trip', () => {
  const stop = { stopLoss: { type: 'stop', stopPrice: '95' } } as const;

  it('knows its strategy, its fees and what the stop of its entry put at risk', async () => {
    await world.fill({ side: 'buy', quantity: 10, price: 100, fee: '1', exits: stop, strategy: 'breakout' });
    await world.fill({ side: 'sell', quantity: 10, price: 110, fee: '1', strategy: 'breakout' });
    const closed = (await world.told()).find(({ type }) => type === 'trade.closed');
    expect(closed?.payload).toMatchObject({
      realisedProfit: '100',
      fees: '2',
      netProfit: '98',
      rMultiple: '1.96',
      strategy: 'breakout',
      currency: 'USD',
    });
  });

  it('lengthens the streak of its strategy by a loss, leaves it by a scratch, ends it by a profit', async () => {
    const trade = async (exit: number, fee = '0') => {
      await world.fill({ side: 'buy', quantity: 1, price: 100, strategy: 'meek' });
      await world.fill({ side: 'sell', quantity: 1, price: exit, fee, strategy: 'meek' });
      return (await world.books()).streaks;
    };
    expect(await trade(99)).toEqual([['meek', 1]]);
    // Won before fees, lost after.
    expect(await trade(101, '2')).toEqual([['meek', 2]]);
    expect(await trade(100)).toEqual([['meek', 2]]);
    expect(await trade(102)).toEqual([]);
    expect(await trade(99)).toEqual([['meek', 1]]);
  });
});

describe('a bust', () => {
  it('reverses the entry, restates what later fills earned, and tells of both', async () => {
    await world.fill({ side: 'buy', quantity: 10, price: 100, fee: '1' });
    const wrong = await world.fill({ side: 'buy', quantity: 10, price: 50, fee: '1' });
    await world.fill({ side: 'sell', quantity: 10, price: 110, fee: '1' });
    expect((await world.books()).positions).toEqual([['ACME', 10, 750, 75, 350]]);
    await world.run(world.bustOf(wrong));
    const books = await world.books();
    expect(books.positions).toEqual([['ACME', 0, 0, 0, 100]]);
    expect(books.cash).toEqual({ USD: '98' });
    expect(books.held).toBe('0');
    const entries = (await world.told()).filter(({ type }) => type === 'entry.posted').slice(-2);
    expect(entries.map(({ payload }) => [payload['kind'], payload['cash'], payload['realisedProfit']])).toEqual([
      ['reversal', '501', '0'],
      ['restatement', '0', '-250'],
    ]);
    expect(await world.audit()).toEqual(SOUND);
  });

  it('of the only fill voids the trade, and of a loss shortens the streak', async () => {
    await world.fill({ side: 'buy', quantity: 1, price: 100 });
    const loss = await world.fill({ side: 'sell', quantity: 1, price: 90 });
    expect((await world.books()).streaks).toEqual([['test', 1]]);
    await world.run(world.bustOf(loss));
    expect((await world.books()).streaks).toEqual([]);
    const [only] = await Promise.all([world.fill({ side: 'buy', quantity: 5, price: 10, symbol: 'ES' })]);
    await world.run(world.bustOf(only));
    expect((await world.told()).at(-1)).toMatchObject({ type: 'trade.updated', payload: { voided: true } });
    expect(await world.audit()).toEqual(SOUND);
  });

  it('that overtakes its fill waits for it', async () => {
    const message = await world.prepare({ side: 'buy', quantity: 1, price: 100 });
    await expect(world.run(world.bustOf(message))).rejects.toThrow(/is booked before its bust/);
    await world.run(message);
    const { id, teamId, payload } = world.bustOf(message);
    await world.runner.runWaiting({ outboxId: id, step: 'book', teamId, signalId: payload.signalId });
    expect((await world.books()).cash).toEqual({});
    expect(await world.audit()).toEqual(SOUND);
  });

  it('that comes again changes nothing', async () => {
    const message = await world.fill({ side: 'buy', quantity: 1, price: 100 });
    const later = await world.fill({ side: 'buy', quantity: 1, price: 120 });
    await world.run(world.bustOf(message));
    const books = await world.books();
    await world.run(world.bustOf(message));
    expect(await world.books()).toEqual(books);
    expect(books.positions).toEqual([['ACME', 1, 120, 120, 0]].filter(() => later.payload.price === '120'));
  });
});
