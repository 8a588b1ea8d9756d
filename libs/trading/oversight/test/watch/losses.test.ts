import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { accountDayOf } from '@keelson/market';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { judgeLoss } from '../../src/watch/rules.ts';
import { readLosses } from '../../src/watch/watch.store.ts';

describe('the daily loss that the watch sees, of an account in dollars', () => {
  let database: TestDatabase;
  let team: SeededTeam;
  const today = accountDayOf(new Date());
  beforeAll(async () => {
    database = await testDatabase();
    await database.admin(
      `insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier, calendar)
       values ('EURUSD', 'euro', 'fx', 'USD', 0.0001, 1, 'FX')`,
    );
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    team = await seedTeam(database, { limits: { max_daily_loss_percent: '3' } });
    await database.admin('truncate keelson.quotes');
    await worth('1 second');
  });

  /** The account is worth 100,000, as was said so long ago. */
  const worth = (ago: string) =>
    database.admin(
      `insert into keelson.account_funds (account_id, team_id, currency, equity, buying_power, source, at)
       values ($1, $2, 'USD', 100000, 100000, 'test', now() - $3::interval)
       on conflict (account_id) do update set at = excluded.at`,
      [team.accountId, team.teamId, ago],
    );
  const realised = (currency: string, profit: string) =>
    database.admin(
      `insert into keelson.account_days (account_id, team_id, trading_day, currency, realised_profit, fees, fills)
       values ($1, $2, $3, $4, $5, 0, 1)`,
      [team.accountId, team.teamId, today, currency, profit],
    );
  const quote = (price: string) =>
    database.admin(
      `insert into keelson.quotes (symbol, bid, ask, last, source, at, received_at)
       values ('EURUSD', $1, $1, $1, 'test', now(), now())`,
      [price],
    );
  const findings = async () => {
    const losses = await database.db.platform((tx) => readLosses(tx, today));
    return losses.filter(({ accountId }) => accountId === team.accountId).flatMap((loss) => judgeLoss(loss) ?? []);
  };

  it('is converted at the rate of the pair', async () => {
    await realised('EUR', '-2900');
    await quote('1.1');
    expect(await findings()).toMatchObject([
      {
        ...{ origin: 'daily_loss', scope: { kind: 'account', accountId: team.accountId } },
        reason: 'daily loss: 3190 is 3.19 % of the equity, the limit is 3 %',
      },
    ]);
    await database.admin(`update keelson.quotes set bid = 1.01, ask = 1.01`);
    expect(await findings()).toEqual([]);
  });

  it('is less by a profit in another currency, as far as a rate tells how much that is', async () => {
    await realised('USD', '-3500');
    await realised('EUR', '1000');
    expect(await findings()).toMatchObject([{ reason: 'daily loss: 3500 is 3.5 % of the equity, the limit is 3 %' }]);
    await quote('1.1');
    expect(await findings()).toEqual([]);
  });

  it('halts when a loss has no rate, and says which; a profit without one halts nobody', async () => {
    await realised('EUR', '-1');
    expect(await findings()).toMatchObject([
      { reason: 'daily loss: unknown, as EUR has no fresh rate to USD; without it 0, the limit is 3 %' },
    ]);
    await database.admin('update keelson.account_days set realised_profit = 1 where account_id = $1', [team.accountId]);
    await realised('USD', '-1');
    expect(await findings()).toEqual([]);
  });

  it('halts when nobody has said within a day what the account is worth', async () => {
    await realised('USD', '-1');
    expect(await findings()).toEqual([]);
    await worth('25 hours');
    expect(await findings()).toMatchObject([
      { reason: 'daily loss: 1 is an unknown share of the equity, the limit is 3 %' },
    ]);
  });
});
