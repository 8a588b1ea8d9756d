import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { setTradingState } from '../src/trading-state.service.ts';
import { type Scope, scopeKey } from '../src/trading-state.ts';
import { decideIn, decideUntilDone, hold, placeOrder, receive } from './support.ts';

describe('what binds a strategy and a symbol', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  const change = (scope: Scope, to: 'ACTIVE' | 'REDUCING' | 'HALTED') =>
    setTradingState(database.db, { scope, to, reason: 'a test', actor: 'tester' }, () => undefined);
  const decide = async (team: SeededTeam, order: Partial<Parameters<typeof receive>[2]> = {}) =>
    decideIn(database.db, await receive(database, team, { quantity: '1', ...order }));
  const codeOf = async (team: SeededTeam, order: Partial<Parameters<typeof receive>[2]> = {}) => {
    const [answer] = await decide(team, order);
    return answer!.type === 'order.denied' ? answer!.payload.code : 'approved';
  };
  const lose = (team: SeededTeam, losses: number) =>
    database.admin(
      `insert into keelson.strategy_streaks (account_id, strategy, team_id, consecutive_losses) values ($1, 'test', $2, $3)
       on conflict (account_id, strategy) do update set consecutive_losses = excluded.consecutive_losses`,
      [team.accountId, team.teamId, losses],
    );

  it.each([
    ['team', (team: SeededTeam): Scope => ({ kind: 'team', teamId: team.teamId })],
    ['strategy', (team: SeededTeam): Scope => ({ kind: 'strategy', teamId: team.teamId, strategy: 'test' })],
    ['symbol', (team: SeededTeam): Scope => ({ kind: 'symbol', teamId: team.teamId, symbol: team.symbol })],
  ])('a halt of a %s stops its signals, those of another team not, and ends', async (_, scopeOf) => {
    const [team, other] = [await seedTeam(database), await seedTeam(database)];
    const scope = scopeOf(team);
    await change(scope, 'HALTED');
    expect([await codeOf(team), await codeOf(other)]).toEqual(['halted', 'approved']);
    await change(scope, 'ACTIVE');
    expect(await codeOf(team)).toBe('approved');
  });

  it('a halt of a strategy leaves the other strategies alone', async () => {
    const team = await seedTeam(database);
    await change({ kind: 'strategy', teamId: team.teamId, strategy: 'test' }, 'HALTED');
    expect(await codeOf(team, { strategy: 'another' })).toBe('approved');
  });

  it('the keys of scopes are the same in SQL, which binds verdicts and claims', async () => {
    const team = await seedTeam(database);
    const { teamId, accountId } = team;
    const legs = JSON.stringify([{ symbol: 'A' }, { symbol: 'B' }]);
    const [row] = await database.admin<{ scopes: string[] }>(
      `select keelson.trading_scopes($1, $2, 'test', 'ES', $3::jsonb) as scopes`,
      [teamId, accountId, legs],
    );
    const scopes: Scope[] = [
      { kind: 'platform' },
      { kind: 'team', teamId },
      { kind: 'account', teamId, accountId },
      { kind: 'strategy', teamId, strategy: 'test' },
      ...['ES', 'A', 'B'].map((symbol): Scope => ({ kind: 'symbol', teamId, symbol })),
    ];
    expect(row!.scopes).toEqual(scopes.map(scopeKey));
  });

  it('REDUCING counts the reductions in flight: exits follow the position and are none', async () => {
    const team = await seedTeam(database);
    await hold(database, team, '2');
    await change({ kind: 'account', teamId: team.teamId, accountId: team.accountId }, 'REDUCING');
    const sale = await receive(database, team, { quantity: '1', side: 'sell' });
    await decideIn(database.db, sale);
    await placeOrder(database, sale, { reserved: '0' });
    const stop = await receive(database, team, { quantity: '2', side: 'sell' });
    await placeOrder(database, stop, { reserved: '0', role: 'stop_loss' });
    expect(await codeOf(team, { quantity: '2', side: 'sell' })).toBe('reducing_only');
    expect(await codeOf(team, { quantity: '1', side: 'sell' })).toBe('approved');
  });

  it('three losses in a row halt the strategy until somebody resumes it, who has them forgotten', async () => {
    const team = await seedTeam(database, { limits: { max_consecutive_losses: '3' } });
    await lose(team, 2);
    expect(await codeOf(team)).toBe('approved');
    await lose(team, 3);
    const messages = await decide(team);
    expect(messages).toMatchObject([
      { type: 'order.denied', payload: { code: 'consecutive_losses', numbers: { losses: '3', limit: '3' } } },
      { type: 'trading_state.changed', payload: { to: 'HALTED', actor: 'risk', reason: '3 losses in a row' } },
    ]);
    expect(await codeOf(team)).toBe('halted');
    expect(await codeOf(team, { strategy: 'another' })).toBe('approved');
    await change({ kind: 'strategy', teamId: team.teamId, strategy: 'test' }, 'ACTIVE');
    expect(await codeOf(team)).toBe('approved');
  });

  it('a day that lost three percent opens nothing more', async () => {
    const team = await seedTeam(database, { limits: { max_daily_loss_percent: '3' } });
    await database.admin(
      `insert into keelson.account_funds (account_id, team_id, currency, equity, buying_power, source)
       values ($1, $2, 'USD', 100000, 100000, 'test')`,
      [team.accountId, team.teamId],
    );
    expect(await codeOf(team)).toBe('approved');
    // The day is the account's own: today's and its neighbours, so that the hour of this test does not matter.
    await database.admin(
      `insert into keelson.account_days (account_id, trading_day, currency, team_id, realised_profit, fees)
       select $1, day::date, 'USD', $2, -2990, 10
         from generate_series(current_date - 1, current_date + 4, interval '1 day') as day`,
      [team.accountId, team.teamId],
    );
    const [denied] = await decide(team);
    expect(denied).toMatchObject({ payload: { code: 'daily_loss', numbers: { loss: '3000', percent: '3' } } });
  });

  it('of any number of signals at once no more are approved than the rate allows', async () => {
    const team = await seedTeam(database, { limits: { max_orders_per_minute: '4' } });
    const messages = await Promise.all(Array.from({ length: 12 }, () => receive(database, team, { quantity: '1' })));
    const answers = await Promise.all(messages.map((message) => decideUntilDone(database.db, message)));
    const codes = answers.map(([answer]) => (answer!.type === 'order.denied' ? answer!.payload.code : 'approved'));
    expect(codes.filter((code) => code === 'approved')).toHaveLength(4);
    expect(codes.filter((code) => code === 'order_rate')).toHaveLength(8);
    expect(await codeOf(team, { strategy: 'another' })).toBe('approved');
  });
});
