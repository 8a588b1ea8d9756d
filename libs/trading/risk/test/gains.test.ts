import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Decimal, ZERO } from '@keelson/kernel';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { adjustExposure, revalueExposures, sealApproval } from '../src/exposure.store.ts';
import { decideIn, hold, receive } from './support.ts';

/** ES has a multiplier of 50; what is held here was bought at 5,000. */
describe('what positions have gained', () => {
  let database: TestDatabase;
  let team: SeededTeam;
  beforeAll(async () => {
    database = await testDatabase();
    await database.admin(
      `insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier, calendar)
       values ('EURUSD', 'euro', 'fx', 'USD', 0.0001, 1, 'FX')`,
    );
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    team = await seedTeam(database, { limits: { max_exposure: '1000000' } });
    await database.admin('delete from keelson.quotes');
  });

  const quote = (symbol: string, last: string) =>
    database.admin(
      `insert into keelson.quotes (symbol, bid, ask, last, source, at) values ($1, $2, $2, $2, 'test', now())
       on conflict (symbol) do update set last = excluded.last, bid = excluded.bid, ask = excluded.ask`,
      [symbol, last],
    );
  const revalue = () =>
    database.db.transaction(team.teamId, async (tx) => {
      revalueExposures(tx, team.accountId);
    });
  const gains = async () => {
    const rows = await database.admin<{ scope: string; appreciated: string }>(
      `select scope, trim_scale(appreciated)::text as appreciated from keelson.exposures where account_id = $1`,
      [team.accountId],
    );
    return Object.fromEntries(rows.map(({ scope, appreciated }) => [scope, appreciated]));
  };
  const answer = async () => (await decideIn(database.db, await receive(database, team, { quantity: '1' })))[0]!;

  it('takes room of the limit, whichever way the position is; what fell below its cost gives none back', async () => {
    await hold(database, team, '2');
    await quote(team.symbol, '8000');
    await revalue();
    expect(await gains()).toEqual({ account: '300000' });
    expect((await answer()).payload).toMatchObject({
      code: 'exposure',
      numbers: { held: '800000', notional: '250000' },
    });

    await hold(database, team, '-2');
    await revalue();
    expect(await gains()).toEqual({ account: '300000' });
    await quote(team.symbol, '4000');
    await revalue();
    expect(await gains()).toEqual({ account: '0' });
    expect((await answer()).type).toBe('order.approved');
  });

  it('binds the approval itself, not only the look before it', async () => {
    await hold(database, team, '2');
    await quote(team.symbol, '8000');
    await revalue();
    const message = await receive(database, team, { quantity: '1' });
    const { signalId } = message.payload;
    const seal = (amount: string) =>
      database.db.transaction(team.teamId, async (tx) => {
        const { accountId, symbol } = team;
        const size = { amount: new Decimal(amount), reducing: ZERO, perSecond: null, perMinute: null };
        sealApproval(tx, { signalId, accountId, strategy: 'test', symbol, side: 'buy', ...size });
      });
    await expect(seal('200000.01')).rejects.toMatchObject({ code: 'KE010' });
    await seal('200000');
  });

  it('goes with what is closed', async () => {
    await hold(database, team, '2');
    await quote(team.symbol, '8000');
    await revalue();
    const { payload } = await receive(database, team, { quantity: '1' });
    const close = (held: string) =>
      database.db.transaction(team.teamId, async (tx) => {
        const owner = { accountId: team.accountId, signalId: payload.signalId, symbol: team.symbol };
        adjustExposure(tx, owner, { held: new Decimal(held) });
      });
    await close('-125000');
    expect(await gains()).toEqual({ account: '225000' });
    await close('-375000');
    expect(await gains()).toEqual({ account: '0' });
  });

  it('counts in the currency of the account, and not at all without a rate', async () => {
    await hold(database, team, '2');
    await database.admin(`update keelson.positions set currency = 'EUR' where account_id = $1`, [team.accountId]);
    await quote(team.symbol, '5000');
    await revalue();
    expect(await gains()).toEqual({ account: '0' });
    await quote('EURUSD', '1.1');
    await revalue();
    expect(await gains()).toEqual({ account: '50000' });
  });

  it('counts in the scopes of its symbol and of the strategy that opened it', async () => {
    team = await seedTeam(database, { limits: { max_exposure: '1000000' } });
    const scopes = [`symbol:${team.symbol}`, 'symbol:OTHER', 'strategy:test', 'strategy:other'];
    await database.admin(
      `insert into keelson.risk_limits (account_id, team_id, scope, name, value, reason, actor)
       select $1, $2, scope, 'max_exposure', 900000, 'a test', 'tester' from unnest($3::text[]) as scope`,
      [team.accountId, team.teamId, scopes],
    );
    await hold(database, team, '2');
    await database.admin(
      `insert into keelson.trades (trade_id, team_id, account_id, strategy, symbol, direction, opened_at, quantity, entry_price)
       values (gen_random_uuid(), $1, $2, 'test', $3, 'long', now(), 2, 5000)`,
      [team.teamId, team.accountId, team.symbol],
    );
    await quote(team.symbol, '8000');
    await revalue();
    const none = { 'symbol:OTHER': '0', 'strategy:other': '0' };
    expect(await gains()).toEqual({
      ...none,
      ...{ account: '300000', 'strategy:test': '300000', [`symbol:${team.symbol}`]: '300000' },
    });
  });
});
