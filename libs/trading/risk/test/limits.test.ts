import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { limits } from '@keelson/contracts';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { resolveLimits } from '../src/limits.ts';
import { type LimitChange, readLimits, setLimit } from '../src/limits.store.ts';
import { decimal } from './situations.ts';
import { decideIn, exposureOf, hold, placeOrder, receive } from './support.ts';

const ORDER = { quantity: '2' };

describe('which limit binds', () => {
  const row = (scope: string, name: string, value: string | null) => ({
    scope,
    name,
    value: value === null ? null : decimal(value),
  });
  const resolve = (...rows: ReturnType<typeof row>[]) => resolveLimits(rows, 'breakout', 'ES');
  const shown = (value: ReturnType<typeof resolve>['max_notional']) => value?.toFixed() ?? value;

  it.each([
    ['the account’s, where there is no other', [row('account', 'max_notional', '5')], '5'],
    ['nobody’s, where there is none', [], undefined],
    [
      'a strategy’s in its place, also a wider one',
      [row('account', 'max_notional', '5'), row('strategy:breakout', 'max_notional', '9')],
      '9',
    ],
    [
      'the tighter of strategy and symbol',
      [row('strategy:breakout', 'max_notional', '9'), row('symbol:ES', 'max_notional', '7')],
      '7',
    ],
    [
      'the other where one is unlimited',
      [row('strategy:breakout', 'max_notional', null), row('symbol:ES', 'max_notional', '7')],
      '7',
    ],
    [
      'not that of another strategy',
      [row('account', 'max_notional', '5'), row('strategy:other', 'max_notional', '1')],
      '5',
    ],
  ])('is %s', (_, rows, expected) => {
    expect(shown(resolve(...rows).max_notional)).toBe(expected);
  });

  it('is the higher of two that must be reached', () => {
    const rows = [row('strategy:breakout', 'min_iv_rank', '30'), row('symbol:ES', 'min_iv_rank', '50')];
    expect(shown(resolve(...rows).min_iv_rank)).toBe('50');
  });
});

describe('limits on Postgres', () => {
  let database: TestDatabase;
  let team: SeededTeam;
  beforeAll(async () => {
    database = await testDatabase();
  });
  beforeEach(async () => {
    team = await seedTeam(database);
  });
  afterAll(() => database.close());

  const set = (change: Pick<LimitChange, 'name' | 'value'> & { scope?: string }) =>
    database.db.transaction(team.teamId, async (tx) =>
      setLimit(tx, { scope: 'account', reason: 'a test', actor: 'tester', accountId: team.accountId, ...change }),
    );
  const decide = async (order: Parameters<typeof receive>[2]) =>
    (await decideIn(database.db, await receive(database, team, order)))[0];

  it('are all there for a team of the testkit', async () => {
    const rows = await database.db.transaction(team.teamId, (tx) => readLimits(tx, team.accountId));
    expect(rows.map(({ name }) => name).sort()).toEqual(limits.map(({ name }) => name).sort());
  });

  it('bind the very next verdict after a change, and the verdict keeps their version', async () => {
    expect((await decide(ORDER))?.type).toBe('order.approved');
    await set({ name: 'max_notional', value: '499999' });
    expect(await decide(ORDER)).toMatchObject({ payload: { code: 'max_notional', numbers: { limit: '499999' } } });
    await set({ name: 'max_notional', value: '500000' });
    expect((await decide(ORDER))?.type).toBe('order.approved');
    const versions = await database.admin<{ verdict: number; now: number }>(
      `select v.limits_version as verdict, (select version from keelson.limit_versions where account_id = $1) as now
         from keelson.verdicts v where v.account_id = $1 order by v.decided_at`,
      [team.accountId],
    );
    const [first, second, third] = versions.map(({ verdict }) => verdict);
    expect(second).toBeGreaterThan(first!);
    expect(third).toBeGreaterThan(second!);
    expect(third).toBe(versions[0]!.now);
  });

  it('keep a history that a hand in Postgres cannot leave behind either', async () => {
    await database.admin(
      `update keelson.risk_limits set value = 7, reason = 'by hand', actor = 'psql' where account_id = $1 and name = 'max_position'`,
      [team.accountId],
    );
    await set({ scope: 'symbol:ES', name: 'max_position', value: '3' });
    await set({ scope: 'symbol:ES', name: 'max_position', value: 'remove' });
    const history = await database.admin(
      `select scope, change, value::float8 as value, actor from keelson.risk_limit_changes
        where account_id = $1 and name = 'max_position' order by version desc limit 4`,
      [team.accountId],
    );
    expect(history).toEqual([
      { scope: 'symbol:ES', change: 'removed', value: 3, actor: 'tester' },
      // The reason of a removal is written just before it.
      { scope: 'symbol:ES', change: 'set', value: 3, actor: 'tester' },
      { scope: 'symbol:ES', change: 'set', value: 3, actor: 'tester' },
      { scope: 'account', change: 'set', value: 7, actor: 'psql' },
    ]);
  });

  it('of the exposure start to count with what is held and open at that moment', async () => {
    const message = await receive(database, team, ORDER);
    await decideIn(database.db, message);
    await placeOrder(database, message, { reserved: '500000' });
    await hold(database, team, '1');
    await set({ scope: 'symbol:ES', name: 'max_exposure', value: '900000' });
    await set({ scope: 'strategy:test', name: 'max_exposure', value: '2000000' });
    expect(await exposureOf(database, team, 'symbol:ES')).toEqual({ held: '250000', reserved: '500000' });
    expect(await exposureOf(database, team, 'strategy:test')).toEqual({ held: '0', reserved: '500000' });
    expect(await decide(ORDER)).toMatchObject({
      payload: { code: 'exposure', numbers: { scope: 'symbol:ES', limit: '900000' } },
    });
  });

  it.each([
    [{ scope: 'desk:1', name: 'max_notional', value: '1' }, 'no scope'],
    [{ scope: 'account', name: 'max_notional', value: 'remove' }, 'trades nothing'],
    [{ scope: 'account', name: 'max_notional', value: '-1' }, 'no limit'],
    [{ scope: 'account', name: 'max_notional', value: '1e3' }, 'no limit'],
  ] as const)('refuse %j, naming what to write', async (change, words) => {
    await expect(set(change)).rejects.toThrow(words);
  });
});
