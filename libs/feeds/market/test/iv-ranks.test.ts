import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Decimal } from '@keelson/kernel';
import { testDatabase, type TestDatabase } from '@keelson/testkit';
import { IvRanks, ivRankOf, planVolatilities, saveVolatilities } from '../src/index.ts';

const NOW = new Date('2026-11-20T15:00:00Z');

function dayBefore(days: number): string {
  return new Date(NOW.getTime() - days * 86_400_000).toISOString().slice(0, 10);
}

describe('a rank of implied volatility', () => {
  const year = {
    ...{ symbol: 'SPY', days: 126, lastDay: new Date('2026-11-19T00:00:00Z') },
    ...{ lowest: new Decimal('0.1'), highest: new Decimal('0.5'), last: new Decimal('0.2') },
  };

  it('is where the newest value lies in its year', () => {
    expect(ivRankOf(year, NOW)?.toFixed()).toBe('25');
    expect(ivRankOf({ ...year, last: year.highest }, NOW)?.toFixed()).toBe('100');
  });

  it.each([
    ['the year is too thin', { days: 125 }],
    ['its newest day is too old', { lastDay: new Date('2026-11-15T00:00:00Z') }],
    ['nothing ever moved', { highest: new Decimal('0.1') }],
  ])('is none when %s', (_, changes) => {
    expect(ivRankOf({ ...year, ...changes }, NOW)).toBeUndefined();
  });
});

describe('ranks of stored volatilities', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
    await database.admin(`insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier)
      values ('SPY', 'S', 'equity', 'USD', 0.01, 1)`);
    await database.admin('grant insert, update on keelson.implied_volatilities to keelson_app');
  });
  afterAll(() => database.close());
  beforeEach(() => database.admin('truncate keelson.implied_volatilities'));

  /** A value on each of so many days, the newest first. */
  const save = (values: readonly string[], newest = 1) =>
    database.db.platform((tx) =>
      saveVolatilities(
        tx,
        'test',
        values.map((volatility, index) => ({ symbol: 'SPY', day: dayBefore(newest + index), volatility })),
      ),
    );
  const rankOf = async (symbol: string): Promise<string | undefined> => {
    const ranks = new IvRanks(database.db, (error) => {
      throw error;
    });
    await ranks.read(NOW);
    return ranks.ivRankOf(symbol, NOW)?.toFixed();
  };
  const flat = (days: number) => Array.from({ length: days }, () => '0.2');

  it('are of the last year, also for options on the symbol, and of nothing else', async () => {
    expect(await rankOf('SPY')).toBeUndefined();
    await save(['0.3', ...flat(130), '0.6']);
    // Of a year ago and more: it would make the rank ten.
    await save(['1.2'], 367);
    expect(await rankOf('SPY')).toBe('25');
    expect(await rankOf('SPY261218C00600000')).toBe('25');
    expect(await rankOf('QQQ')).toBeUndefined();
  });

  it('say how many days are new, and how many are other than before', async () => {
    expect(await save(['0.2', '0.3'])).toEqual({ added: 2, changed: 0 });
    expect(await save(['0.2', '0.4', '0.5'])).toEqual({ added: 1, changed: 1 });
  });

  it('are unknown to a process that has read nothing yet', () => {
    expect(new IvRanks(database.db, () => undefined).ivRankOf('SPY', NOW)).toBeUndefined();
  });
});

describe('a file of volatilities', () => {
  const plan = (...fields: Record<string, string>[]) =>
    planVolatilities(
      fields.map((one, index) => ({ line: index + 2, fields: one })),
      new Set(['SPY']),
      '2026-11-20',
    );
  const row = { symbol: 'SPY', day: '2026-11-19', volatility: '0.2431' };

  it('is read line by line', () => {
    expect(plan(row)).toEqual({ days: [row] });
  });

  it('is refused with everything that is wrong with it', () => {
    const wrong = plan(
      { ...row, volatility: '24.31' },
      { ...row, symbol: 'SPYY' },
      { ...row, day: '2026-11-21' },
      row,
      row,
      { symbol: 'SPY', day: 'yesterday', volatility: '1e3' },
    );
    expect('problems' in wrong && wrong.problems.map(({ line, field }) => `${line} ${field}`)).toEqual([
      '2 volatility',
      '3 symbol',
      '4 day',
      '6 day',
      '7 day',
      '7 volatility',
    ]);
  });
});
