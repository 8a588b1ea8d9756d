import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { isStale, type Quote, readQuotes, saveQuotes, symbolsInUse } from '../src/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await seedTeam(database);
});
afterAll(() => database.close());

const quote = (last: string, at: string, symbol = 'ES'): Quote => ({
  symbol,
  bid: last,
  ask: last,
  last,
  at: new Date(at),
});
const save = (...quotes: Quote[]) => database.db.platform(async (tx) => saveQuotes(tx, 'paper', quotes));
const stored = async () => (await database.db.platform((tx) => readQuotes(tx, ['ES', 'NONE']))).get('ES');

describe('quotes', () => {
  it('replace each other, one per symbol, with when they came', async () => {
    await save(quote('5934.25', '2026-11-20T15:00:00Z'));
    await save(quote('5934.5', '2026-11-20T15:00:01Z'));
    expect(await stored()).toMatchObject({
      last: '5934.500000000000',
      source: 'paper',
      at: new Date('2026-11-20T15:00:01Z'),
      receivedAt: expect.any(Date),
    });
  });

  it('that are older than the stored one, or of no instrument, change nothing', async () => {
    await save(quote('1', '2026-11-20T15:00:00Z'), quote('1', '2026-11-20T16:00:00Z', 'NONE'));
    expect((await stored())?.last).toBe('5934.500000000000');
    expect(await database.admin('select symbol from keelson.quotes')).toEqual([{ symbol: 'ES' }]);
  });

  it('cost one round trip, however many', async () => {
    const { roundTrips } = database.db.counters;
    await save(...Array.from({ length: 500 }, (_, index) => quote('1', '2026-11-20T15:00:00Z', `S${index}`)));
    expect(database.db.counters.roundTrips - roundTrips).toBe(1);
  });
});

describe('a quote is stale', () => {
  const now = new Date('2026-11-20T15:00:10Z');
  const fresh = new Date('2026-11-20T15:00:05Z');
  const old = new Date('2026-11-20T15:00:04.999Z');
  it.each([
    ['not, at the very end of its time', { at: fresh, receivedAt: fresh }, false],
    ['when the venue’s time is old', { at: old, receivedAt: fresh }, true],
    ['when nothing came for long', { at: fresh, receivedAt: old }, true],
    ['when its time is no time', { at: new Date(NaN), receivedAt: fresh }, true],
    ['when there is none', undefined, true],
  ])('%s', (_case, given, expected) => {
    expect(isStale(given, now, '5 seconds')).toBe(expected);
  });
});

describe('symbols in use', () => {
  it('are the quoted ones that have not expired, and what anybody holds', async () => {
    const before = await database.db.platform(symbolsInUse);
    expect(before).toContain('ES');
    expect(before).not.toContain('KEELSON.TEST');
    await database.admin(`insert into keelson.instruments (symbol, name, kind, currency, tick_size, quoted, expires_at)
      values ('OLD', 'Old', 'future', 'USD', 1, true, now() - interval '1 day'),
             ('HELD', 'Held', 'equity', 'USD', 1, false, null), ('FLAT', 'Flat', 'equity', 'USD', 1, false, null)`);
    const { teamId, accountId } = await seedTeam(database);
    await database.admin(
      `insert into keelson.positions (account_id, symbol, team_id, quantity, average_price, cost)
       values ($1, 'HELD', $2, 1, 1, 1), ($1, 'FLAT', $2, 0, 0, 0)`,
      [accountId, teamId],
    );
    expect((await database.db.platform(symbolsInUse)).sort()).toEqual([...before, 'HELD'].sort());
  });
});
