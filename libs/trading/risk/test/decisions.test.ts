import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '@keelson/persistence';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { makeDecide } from '../src/decide.ts';
import { decideAhead, decideByFacts } from '../src/decisions/decide-ahead.ts';
import { DecisionCache } from '../src/decisions/decision-cache.ts';
import type { DecisionSource } from '../src/decisions/decision-source.ts';
import { regimeOf } from '../src/decisions/regime.ts';
import { decimal, NOW, secondsBefore } from './situations.ts';
import { decideIn, receive } from './support.ts';

function fail(error: unknown): never {
  throw error;
}

describe('the regime of a quote', () => {
  it.each([
    ['calm', '99.75', '100.25', 1],
    ['wide', '99.7', '100.3', 1],
    ['unpriced', '99.75', '100.25', 61],
    ['unpriced', '0', '0', 1],
  ])('is %s at %s/%s of %i seconds ago', (regime, bid, ask, age) => {
    expect(regimeOf({ bid: decimal(bid), ask: decimal(ask), at: secondsBefore(age) }, NOW)).toBe(regime);
  });

  it('is unpriced without one', () => {
    expect(regimeOf(undefined, NOW)).toBe('unpriced');
  });
});

describe('decisions made ahead', () => {
  let database: TestDatabase;
  let team: SeededTeam;
  beforeAll(async () => {
    database = await testDatabase();
    team = await seedTeam(database);
  });
  afterAll(() => database.close());

  const key = () => ({ teamId: team.teamId, strategy: 'test', symbol: 'ES', regime: 'unpriced' as const });
  const warm = async (cache: DecisionCache) => {
    cache.find(key(), new Date());
    await cache.settled();
    return cache;
  };
  const decideWith = async (decisions: DecisionSource) => {
    const message = await receive(database, team, { quantity: '1' });
    const [answer] = await decideIn(database.db, message, undefined, makeDecide({ decisions }));
    return answer!;
  };

  it('deny a restricted symbol in every regime, and are found by the order path', async () => {
    await receive(database, team, { quantity: '1' });
    await database.admin(
      `insert into keelson.restricted_symbols (team_id, symbol, reason, actor) values ($1, 'ES', 'earnings', 'tester')`,
      [team.teamId],
    );
    expect(await decideAhead(database.db, decideByFacts, fail)).toBe(3);
    await database.admin('delete from keelson.restricted_symbols');
    const cache = await warm(new DecisionCache(database.db, fail));
    expect(await decideWith(cache)).toMatchObject({
      type: 'order.denied',
      payload: { code: 'decided_ahead', numbers: { regime: 'unpriced', reason: 'restricted: earnings' } },
    });
  });

  it('that are past their end count as not there: the rules decide', async () => {
    const cache = await warm(new DecisionCache(database.db, fail));
    const [{ end }] = (await database.admin<{ end: Date }>(
      'select max(expires_at) as end from keelson.cached_decisions',
    )) as [{ end: Date }];
    expect(cache.find(key(), new Date(end.getTime() - 1))).toMatchObject({ decision: 'deny' });
    expect(cache.find(key(), end)).toBeUndefined();
    await database.admin(`update keelson.cached_decisions set expires_at = now()`);
    expect((await decideWith(await warm(new DecisionCache(database.db, fail)))).type).toBe('order.approved');
  });

  it('are not waited for: a table that does not answer delays no verdict', async () => {
    const errors: unknown[] = [];
    const away = new Database({ url: 'postgres://nobody@127.0.0.1:1/none', poolSize: 1, applicationName: 'test' });
    const cache = new DecisionCache(away, (error) => errors.push(error));
    expect((await decideWith(cache)).type).toBe('order.approved');
    await cache.settled();
    expect(errors).toHaveLength(1);
    await away.close();
  });

  it('of a maker that fails are none, and the others are made', async () => {
    await receive(database, team, { quantity: '1', strategy: 'broken' });
    const errors: unknown[] = [];
    const made = await decideAhead(
      database.db,
      ({ strategy }, _regime) =>
        strategy === 'broken'
          ? Promise.reject(new Error('no model'))
          : Promise.resolve({ decision: 'allow', reason: 'fine' }),
      (error) => errors.push(error),
    );
    expect([made, errors.length]).toEqual([3, 1]);
  });
});
