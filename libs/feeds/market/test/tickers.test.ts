import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { findInstrument, InstrumentDirectory, resolveTicker } from '../src/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await seedTeam(database);
  await database.admin(
    `insert into keelson.instruments (symbol, name, kind, currency, tick_size) values ('AAPL', 'Apple', 'equity', 'USD', 0.01)`,
  );
});
afterAll(() => database.close());

async function load(symbol: string, month: string, rollsAt: string, expiresAt: string): Promise<void> {
  await database.admin(
    `insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier, root, contract_month, rolls_at, expires_at)
     values ($1, $1, 'future', 'USD', 0.25, 50, 'ES', $2, $3, $4)`,
    [symbol, month, rollsAt, expiresAt],
  );
}

const symbolOf = async (ticker: string, at = '2026-11-20T15:00:00Z') =>
  (await database.db.platform((tx) => resolveTicker(tx, ticker, new Date(at))))?.symbol;

describe('a continuous name', () => {
  it('is the root itself while no contracts of it are loaded; a second month is nothing then', async () => {
    expect([await symbolOf('CME_MINI:ES1!'), await symbolOf('ES'), await symbolOf('ES2!')]).toEqual([
      'ES',
      'ES',
      undefined,
    ]);
  });

  it('is the contract in front at that instant once contracts are loaded', async () => {
    await load('ESZ2026', '2026-12', '2026-12-09T23:00:00Z', '2026-12-18T14:30:00Z');
    await load('ESH2027', '2027-03', '2027-03-10T23:00:00Z', '2027-03-19T13:30:00Z');
    for (const ticker of ['CME_MINI:ES1!', 'es1!', 'ES', 'CME_MINI_DL:ES1!'])
      expect(await symbolOf(ticker)).toBe('ESZ2026');
    expect(await symbolOf('ES2!')).toBe('ESH2027');
  });

  it('rolls at the instant that the contract names', async () => {
    expect([
      await symbolOf('ES1!', '2026-12-09T22:59:59.999Z'),
      await symbolOf('ES1!', '2026-12-09T23:00:00Z'),
      await symbolOf('ES2!', '2026-12-09T23:00:00Z'),
    ]).toEqual(['ESZ2026', 'ESH2027', undefined]);
  });

  it('is nothing when the loaded contracts have run out: nothing is traded on a guess', async () => {
    expect(await symbolOf('ES1!', '2027-06-01T15:00:00Z')).toBeUndefined();
  });

  it('is not believed past the roll by the memory of a process', async () => {
    await database.admin(`update keelson.instruments set rolls_at = clock_timestamp() + interval '400 milliseconds'
                           where symbol = 'ESZ2026'`);
    const directory = new InstrumentDirectory(database.db);
    expect((await directory.find('ES1!'))?.symbol).toBe('ESZ2026');
    const rollsAt = (await database.db.platform((tx) => findInstrument(tx, 'ESZ2026')))!.rollsAt!.getTime();
    while (Date.now() < rollsAt) await new Promise((resolve) => setTimeout(resolve, rollsAt - Date.now() + 1));
    expect((await directory.find('ES1!'))?.symbol).toBe('ESH2027');
  });
});

describe('a dated contract', () => {
  it.each(['ESZ2026', 'CME_MINI:ESZ2026', 'ESZ26'])('is found as %s', async (ticker) => {
    expect(await symbolOf(ticker)).toBe('ESZ2026');
  });
});

describe('the prefix of an exchange', () => {
  it('is not needed, and does no harm without an alias', async () => {
    expect([await symbolOf('AAPL'), await symbolOf('NASDAQ:AAPL')]).toEqual(['AAPL', 'AAPL']);
  });
});

describe('an instrument', () => {
  it('trades by the calendar of its kind unless its row names another', async () => {
    const calendar = async () => (await database.db.platform((tx) => findInstrument(tx, 'AAPL')))?.calendar;
    expect(await calendar()).toBe('XNYS');
    await database.admin(`update keelson.instruments set calendar = 'ALWAYS' where symbol = 'AAPL'`);
    expect(await calendar()).toBe('ALWAYS');
  });

  it.each([
    [`kind = 'option'`, 'without strike, right and end'],
    [`root = 'ES'`, 'a contract without month'],
    ['lot_size = 0', 'without a step'],
    [`calendar = 'NASDAQ'`, 'with a calendar that nobody knows'],
  ])('cannot be stored with %s (%s)', async (change) => {
    await expect(database.admin(`update keelson.instruments set ${change} where symbol = 'AAPL'`)).rejects.toThrow(
      /violates check constraint/,
    );
  });
});
