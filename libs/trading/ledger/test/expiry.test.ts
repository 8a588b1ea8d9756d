import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ContractEnd, convertCurrency, endContract } from '../src/index.ts';
import { LedgerWorld, SOUND } from './support/ledger-world.ts';

let world: LedgerWorld;
beforeAll(async () => {
  world = await LedgerWorld.start();
  await world.addOption('ACME C100', 'call', 'ACME', '100');
  await world.addOption('ACME P100', 'put', 'ACME', '100');
});
afterAll(() => world.close());
beforeEach(() => world.newAccount());

const at = new Date('2026-03-20T20:00:00Z');
const end = (symbol: string, how: ContractEnd['how'], more: Partial<ContractEnd> = {}) =>
  world.database.db.transaction(world.team.teamId, (tx) =>
    endContract(tx, { ...world.accountOf(), symbol, how, at, ...more }),
  );

describe('the end of a contract', () => {
  it('without worth closes it at zero: what was paid is lost, what was got is won', async () => {
    await world.fill({ side: 'buy', quantity: 2, price: 3, symbol: 'ACME C100' });
    await world.fill({ side: 'sell', quantity: 1, price: 2, symbol: 'ACME P100' });
    await end('ACME C100', 'expiry');
    await end('ACME P100', 'expiry');
    const { positions, cash, held } = await world.books();
    expect(positions).toEqual([
      ['ACME C100', 0, 0, 0, -600],
      ['ACME P100', 0, 0, 0, 200],
    ]);
    expect([cash, held]).toEqual([{ USD: '-400' }, '0']);
    expect(await world.audit()).toEqual(SOUND);
  });

  it('of a future settles at its price', async () => {
    await world.fill({ side: 'sell', quantity: 1, price: 5_000, symbol: 'ES' });
    await end('ES', 'expiry', { settlementPrice: '4990' });
    expect((await world.books()).cash).toEqual({ USD: '500' });
    expect(await world.audit()).toEqual(SOUND);
  });

  it.each([
    ['an exercised call takes the shares', 'ACME C100', 'buy', 'exercise', ['ACME', 100, 10_000, 100, 0], '-10300'],
    ['an assigned call delivers them', 'ACME C100', 'sell', 'assignment', ['ACME', -100, 10_000, 100, 0], '10300'],
    ['an exercised put delivers them', 'ACME P100', 'buy', 'exercise', ['ACME', -100, 10_000, 100, 0], '9700'],
    ['an assigned put takes them', 'ACME P100', 'sell', 'assignment', ['ACME', 100, 10_000, 100, 0], '-9700'],
  ] as const)('%s at the strike', async (_, symbol, side, how, shares, cash) => {
    await world.fill({ side, quantity: 1, price: 3, symbol });
    await end(symbol, how);
    const books = await world.books();
    expect(books.positions[0]).toEqual(shares);
    expect([books.cash, books.held]).toEqual([{ USD: cash }, '10000']);
    expect(await world.audit()).toEqual(SOUND);
  });

  it('is booked once, also in parts', async () => {
    await world.fill({ side: 'sell', quantity: 3, price: 3, symbol: 'ACME C100' });
    const notice = { quantity: '1', reference: 'notice 1' };
    expect(await end('ACME C100', 'assignment', notice)).toHaveLength(4);
    expect(await end('ACME C100', 'assignment', notice)).toEqual([]);
    await end('ACME C100', 'expiry');
    expect(await end('ACME C100', 'expiry')).toEqual([]);
    expect((await world.books()).positions).toEqual([
      ['ACME', -100, 10_000, 100, 0],
      ['ACME C100', 0, 0, 0, 900],
    ]);
  });

  it('refuses to end more than is held, and to exercise what is no option', async () => {
    await world.fill({ side: 'buy', quantity: 1, price: 3, symbol: 'ACME C100' });
    await expect(end('ACME C100', 'exercise', { quantity: '2' })).rejects.toThrow(/No more of ACME C100/);
    await expect(end('ACME', 'exercise')).rejects.toThrow(/ACME is an option on something/);
  });
});

describe('a conversion', () => {
  it('moves cash of two currencies, each balanced by its own trading account', async () => {
    const conversion = {
      ...world.accountOf(),
      sold: { amount: '1100', currency: 'USD' },
      bought: { amount: '1000', currency: 'EUR' },
      reference: 'fx 1',
      at,
    };
    const convert = () => world.database.db.transaction(world.team.teamId, (tx) => convertCurrency(tx, conversion));
    await convert();
    await convert();
    const { cash, accounts } = await world.books();
    expect(cash).toEqual({ USD: '-1100', EUR: '1000' });
    expect(accounts).toMatchObject({ 'trading USD': '1100', 'trading EUR': '-1000' });
    expect(await world.audit()).toEqual(SOUND);
  });
});
