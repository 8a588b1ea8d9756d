import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LimitName, Payload } from '@keelson/contracts';
import { accountDayOf } from '@keelson/market';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { setLimit } from '../src/limits.store.ts';
import { decideIn, exposureOf, receive } from './support.ts';

describe('what is in another currency than the account', () => {
  let database: TestDatabase;
  let team: SeededTeam;
  beforeAll(async () => {
    database = await testDatabase();
    await database.admin(
      `insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier, calendar)
       values ('EURUSD', 'euro', 'fx', 'USD', 0.0001, 1, 'FX'), ('FDAX', 'DAX', 'future', 'EUR', 1, 25, 'ALWAYS')`,
    );
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    team = await seedTeam(database);
    await database.admin('truncate keelson.quotes');
  });

  /** A quote of the pair, so many days old: older than any weekend, or of now. */
  const quote = (symbol: string, price: string, daysAgo = 0) =>
    database.admin(
      `insert into keelson.quotes (symbol, bid, ask, last, source, at, received_at)
       select $1, $2, $2, $2, 'test', t, t from (select now() - $3 * interval '1 day') as x (t)`,
      [symbol, price, daysAgo],
    );
  const limit = (name: LimitName, value: string) =>
    database.db.transaction(team.teamId, async (tx) =>
      setLimit(tx, { accountId: team.accountId, scope: 'account', name, value, reason: 'a test', actor: 'tester' }),
    );
  const buyOfFdax = async () => {
    const message = await receive(database, team, { quantity: '1', price: '20000' });
    const { signalId } = message.payload;
    await database.admin(`update keelson.signals set symbol = 'FDAX' where signal_id = $1`, [signalId]);
    const [answer] = await decideIn(database.db, message);
    return answer!;
  };

  it('is reserved at the rate of the pair', async () => {
    await quote('EURUSD', '1.1');
    const { type, payload } = await buyOfFdax();
    expect([type, (payload as Payload<'order.approved'>).rate]).toEqual(['order.approved', '1.1']);
    expect(await exposureOf(database, team)).toEqual({ held: '0', reserved: '550000' });
    await limit('max_exposure', '1000000');
    expect((await buyOfFdax()).payload).toMatchObject({ code: 'exposure', numbers: { notional: '550000' } });
  });

  it.each([
    ['without a quote of the pair', undefined],
    ['with an old one', 5],
  ])('is denied %s', async (_, daysAgo) => {
    if (daysAgo !== undefined) await quote('EURUSD', '1.1', daysAgo);
    expect((await buyOfFdax()).payload).toMatchObject({ code: 'stale_price', numbers: { rate: 'unknown' } });
  });

  it('counts to the loss of the day, and stops the day when nobody can say how much it is', async () => {
    await limit('max_daily_loss_percent', '3');
    await database.admin(
      `insert into keelson.account_funds (account_id, team_id, equity, buying_power, currency, source, at)
       values ($1, $2, 100000, 100000, 'USD', 'test', now())
       on conflict (account_id) do update set equity = 100000, at = now()`,
      [team.accountId, team.teamId],
    );
    await database.admin(
      `insert into keelson.account_days (account_id, team_id, trading_day, currency, realised_profit, fees, fills)
       values ($1, $2, $3, 'EUR', -4000, 0, 1), ($1, $2, $3, 'USD', 1000, 0, 1)`,
      [team.accountId, team.teamId, accountDayOf(new Date())],
    );
    const numbersOf = async () =>
      (await decideIn(database.db, await receive(database, team, { quantity: '1' })))[0]!.payload;
    expect(await numbersOf()).toMatchObject({ code: 'daily_loss', numbers: { loss: 'unknown' } });
    await quote('EURUSD', '1.1');
    expect(await numbersOf()).toMatchObject({ code: 'daily_loss', numbers: { loss: '3400', percent: '3.4' } });
    await database.admin(`update keelson.quotes set bid = 0.9, ask = 0.9`);
    expect((await decideIn(database.db, await receive(database, team, { quantity: '1' })))[0]!.type).toBe(
      'order.approved',
    );
  });
});
