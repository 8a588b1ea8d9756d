import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Message } from '@keelson/contracts';
import { Decimal } from '@keelson/kernel';
import { keepSettlements, settleContracts, type Unsettled } from '../src/index.ts';
import { endOf } from '../src/settlement.ts';
import { LedgerWorld, SOUND } from './support/ledger-world.ts';

/** When the options of the world end, and when somebody looks. */
const ENDS = Date.parse('2026-03-20T20:00:00Z');
const LOOK = new Date(ENDS + 120_000);

let world: LedgerWorld;
const told: Message['type'][] = [];
beforeAll(async () => {
  world = await LedgerWorld.start();
  await world.addOption('ACME C100', 'call', 'ACME', '100');
  await world.addOption('ACME P100', 'put', 'ACME', '100');
  await world.addInstrument('ESH6', 'future', '50');
  await world.database.admin(`update keelson.instruments set expires_at = $1 where symbol = 'ESH6'`, [new Date(ENDS)]);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.newAccount();
  await world.database.admin('truncate keelson.settlements, keelson.quotes');
});

const quote = (symbol: string, last: string, at = ENDS) =>
  world.database.admin(
    `insert into keelson.quotes (symbol, bid, ask, last, source, at) values ($1, $2, $2, $2, 'paper', $3)
     on conflict (symbol) do update set bid = $2, ask = $2, last = $2, at = $3`,
    [symbol, last, new Date(at)],
  );
const settle = async (now = LOOK): Promise<readonly Unsettled[]> => {
  const { db } = world.database;
  await keepSettlements(db, now);
  return settleContracts({ database: db, announce: (_, { type }) => void told.push(type) }, world.team.teamId, now);
};
const entries = async () =>
  (await world.database.admin('select from keelson.entries where account_id = $1', [world.team.accountId])).length;

describe('expired contracts', () => {
  it('end by themselves, once: shares change hands, futures settle, worthless ones are gone', async () => {
    await world.fill({ side: 'buy', quantity: 1, price: 3, symbol: 'ACME C100' });
    await world.fill({ side: 'sell', quantity: 1, price: 2, symbol: 'ACME P100' });
    await world.fill({ side: 'buy', quantity: 1, price: 5_000, symbol: 'ESH6' });
    await quote('ACME', '105');
    await quote('ESH6', '5010');
    expect(await settle()).toEqual([]);
    const { positions, cash } = await world.books();
    expect(positions).toEqual([
      ['ACME', 100, 10_000, 100, 0],
      ['ACME C100', 0, 0, 0, -300],
      ['ACME P100', 0, 0, 0, 200],
      ['ESH6', 0, 0, 0, 500],
    ]);
    expect(cash).toEqual({ USD: '-9600' });
    expect(await world.audit()).toEqual(SOUND);

    const booked = await entries();
    await Promise.all([settle(), settle()]);
    expect(await entries()).toBe(booked);
    expect(told.filter((type) => type === 'entry.posted')).toHaveLength(4);
  });

  it('end at one price for everybody, also when a late fill comes an hour later', async () => {
    await world.fill({ side: 'buy', quantity: 1, price: 5_000, symbol: 'ESH6' });
    await quote('ESH6', '5010');
    await settle();
    await quote('ESH6', '4000', ENDS + 3_600_000);
    await world.fill({ side: 'buy', quantity: 1, price: 5_000, symbol: 'ESH6' });
    expect(await settle(new Date(ENDS + 3_700_000))).toEqual([]);
    expect((await world.books()).cash).toEqual({ USD: '1000' });
  });

  it('wait for their last orders, and for somebody who knows a price', async () => {
    const { payload } = await world.fill({ side: 'buy', quantity: 1, price: 3, symbol: 'ACME C100' });
    await quote('ACME', '105');
    const order = (completed: Date | null) =>
      world.database.admin('update keelson.orders set completed_at = $2 where order_id = $1', [
        payload.orderId,
        completed,
      ]);
    await order(null);
    await settle();
    expect((await world.books()).positions).toEqual([['ACME C100', 1, 300, 3, 0]]);

    await order(new Date());
    await world.database.admin('truncate keelson.settlements');
    await quote('ACME', '105', ENDS - 3_600_000);
    const why = 'nobody knows its price when it ended';
    expect(await settle()).toEqual([{ accountId: world.team.accountId, symbol: 'ACME C100', why }]);
    expect((await world.books()).positions).toEqual([['ACME C100', 1, 300, 3, 0]]);
  });

  it('do not end before their time', async () => {
    await world.fill({ side: 'buy', quantity: 1, price: 5_000, symbol: 'ESH6' });
    await quote('ESH6', '5010');
    expect(await settle(new Date(ENDS + 1_000))).toEqual([]);
    expect((await world.books()).positions).toEqual([['ESH6', 1, 250_000, 5_000, 0]]);
  });
});

describe('how an option ends', () => {
  const option = { kind: 'option', quantity: '1', right: 'call', strike: '100', underlyingKind: 'equity' } as const;
  it.each([
    ['below a cent, without worth', option, '100.009', { how: 'expiry', settlementPrice: '0' }],
    ['from a cent, by delivery', option, '100.01', { how: 'exercise' }],
    ['sold, by assignment', { ...option, quantity: '-1', right: 'put' }, '99', { how: 'assignment' }],
    ['on coins, in cash', { ...option, underlyingKind: 'crypto' }, '103.5', { how: 'expiry', settlementPrice: '3.5' }],
    ['on a future, by an operator', { ...option, underlyingKind: 'future' }, '103', { how: 'undecided' }],
  ] as const)('%s', (_, holding, price, end) => {
    expect(endOf(holding, new Decimal(price))).toMatchObject(end);
  });
});
