import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { InstrumentDirectory, listInstruments, resolveTicker } from '../src/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await seedTeam(database);
});
afterAll(() => database.close());

describe('a ticker', () => {
  it.each(['CME_MINI:ES1!', 'cme_mini:es1!', 'ES', 'es'])('%s is the instrument ES', async (ticker) => {
    expect(await database.db.platform((tx) => resolveTicker(tx, ticker))).toMatchObject({
      symbol: 'ES',
      kind: 'future',
      multiplier: '50.000000000000',
    });
  });

  it('that nobody knows is nothing, until somebody adds it', async () => {
    const directory = new InstrumentDirectory(database.db);
    expect(await directory.find('CME:NEW')).toBeUndefined();
    await database.admin(`insert into keelson.instrument_aliases values ('CME:NEW', 'ES')`);
    expect(await directory.find('CME:NEW')).toMatchObject({ symbol: 'ES' });
  });

  it('is remembered once found, without another question to Postgres', async () => {
    const directory = new InstrumentDirectory(database.db);
    expect(directory.remembered('ES')).toBeUndefined();
    await directory.find('ES');
    const { roundTrips } = database.db.counters;
    expect([(await directory.find('ES'))?.symbol, directory.remembered('ES')?.symbol]).toEqual(['ES', 'ES']);
    expect(database.db.counters.roundTrips).toBe(roundTrips);
  });
});

describe('the list', () => {
  it('has every instrument once, by symbol', async () => {
    const symbols = (await database.db.platform(listInstruments)).map(({ symbol }) => symbol);
    expect(symbols).toContain('ES');
    expect(symbols).toEqual([...new Set(symbols)].sort());
  });
});
