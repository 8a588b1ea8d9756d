import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { claimState } from '../src/claim.store.ts';

describe('the trading state that binds a claim', () => {
  let database: TestDatabase;
  let team: SeededTeam;
  beforeAll(async () => {
    database = await testDatabase();
    team = await seedTeam(database);
  });
  afterAll(() => database.close());

  /** A spread of strategy `condor` on SPX, as step receive records it. */
  const receive = async () => {
    const signalId = newId();
    const legs = JSON.stringify([{ symbol: 'SPX-P' }, { symbol: 'SPX-C' }]);
    await database.admin(
      `insert into keelson.signals (signal_id, team_id, origin, account_id, strategy, symbol, side, quantity, price, legs,
                                    received_at, expires_at)
       values ($1, $2, 'operator', $3, 'condor', 'SPX', 'sell', 1, 1, $4, now(), now() + interval '1 minute')`,
      [signalId, team.teamId, team.accountId, legs],
    );
    return signalId;
  };
  const halt = (scope: string) =>
    database.admin(
      `insert into keelson.trading_states (scope, team_id, state, halt_generation, reason, actor)
       values ($1, $2, 'HALTED', 7, 'a test', 'tester')`,
      [scope, team.teamId],
    );
  const read = async () => {
    const signalId = await receive();
    const { state, generation } = await database.db.transaction(team.teamId, (tx) => claimState(tx, signalId));
    return { state, generation };
  };

  it.each([
    ['its team', () => `team:${team.teamId}`],
    ['its account', () => `account:${team.accountId}`],
    ['its strategy', () => `strategy:${team.teamId}:condor`],
    ['its symbol', () => `symbol:${team.teamId}:SPX`],
    ['the symbol of a leg', () => `symbol:${team.teamId}:SPX-C`],
  ])('is that of %s', async (_, scopeOf) => {
    const before = await read();
    expect(before.state).toBe('ACTIVE');
    await halt(scopeOf());
    expect(await read()).toEqual({ state: 'HALTED', generation: String(Number(before.generation) + 7) });
    await database.admin('delete from keelson.trading_states where scope = $1', [scopeOf()]);
  });

  it('is not that of another strategy or symbol', async () => {
    await halt(`strategy:${team.teamId}:other`);
    await halt(`symbol:${team.teamId}:ES`);
    expect((await read()).state).toBe('ACTIVE');
  });
});
