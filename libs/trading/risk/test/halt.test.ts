import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Message } from '@keelson/contracts';
import { seedTeam, testDatabase, type SeededTeam, type TestDatabase } from '@keelson/testkit';
import { setTradingState } from '../src/trading-state.service.ts';
import type { Scope } from '../src/trading-state.ts';
import { decideIn, receive } from './support.ts';

const ORDER = { quantity: '1' };

describe('a change of the trading state', () => {
  let database: TestDatabase;
  let team: SeededTeam;
  let other: SeededTeam;
  beforeAll(async () => {
    database = await testDatabase();
    [team, other] = [await seedTeam(database), await seedTeam(database)];
  });
  afterAll(() => database.close());

  const change = async (scope: Scope, to: 'ACTIVE' | 'HALTED') => {
    const told: Message<'trading_state.changed'>[] = [];
    const state = { scope, to, reason: 'a test', actor: 'tester' };
    const payload = await setTradingState(database.db, state, (_, message) => void told.push(message));
    return { payload, told };
  };

  it('of one account stops that account and nobody else, and tells its team', async () => {
    const scope: Scope = { kind: 'account', teamId: team.teamId, accountId: team.accountId };
    const halt = await change(scope, 'HALTED');
    expect(halt.told.map(({ teamId }) => teamId)).toEqual([team.teamId]);
    const [mine] = await decideIn(database.db, await receive(database, team, ORDER));
    const [theirs] = await decideIn(database.db, await receive(database, other, ORDER));
    expect([mine?.type, theirs?.type]).toEqual(['order.denied', 'order.approved']);
    const resume = await change(scope, 'ACTIVE');
    expect(resume.payload).toMatchObject({
      from: 'HALTED',
      to: 'ACTIVE',
      haltGeneration: halt.payload.haltGeneration + 1,
    });
    const [again] = await decideIn(database.db, await receive(database, team, ORDER));
    expect(again?.type).toBe('order.approved');
  });

  it('of the platform stops every team, and tells every team', async () => {
    const { told } = await change({ kind: 'platform' }, 'HALTED');
    expect(told.map(({ teamId }) => teamId)).toEqual(expect.arrayContaining([team.teamId, other.teamId]));
    for (const one of [team, other]) {
      const [denied] = await decideIn(database.db, await receive(database, one, ORDER));
      expect(denied).toMatchObject({ type: 'order.denied', payload: { code: 'halted' } });
    }
    await change({ kind: 'platform' }, 'ACTIVE');
  });

  it('waits for a decision that is being written, and binds the next one', async () => {
    const order: string[] = [];
    let halting: Promise<unknown> = Promise.resolve();
    const first = await receive(database, team, ORDER);
    await decideIn(database.db, first, async () => {
      halting = change({ kind: 'platform' }, 'HALTED').then(() => order.push('halted'));
      // Long enough for a halt that does not wait to be done.
      await new Promise((resolve) => setTimeout(resolve, 150));
      order.push('decided');
    });
    await halting;
    expect(order).toEqual(['decided', 'halted']);
    const [denied] = await decideIn(database.db, await receive(database, team, ORDER));
    expect(denied?.type).toBe('order.denied');
    await change({ kind: 'platform' }, 'ACTIVE');
  });
});
