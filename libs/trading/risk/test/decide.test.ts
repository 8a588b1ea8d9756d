import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedTeam, testDatabase, type SeededTeam, type TestDatabase } from '@keelson/testkit';
import { checks } from '../src/verdict.ts';
import { decideIn, receive } from './support.ts';

/** Half a million each: two contracts at 5,000 with a multiplier of 50. */
const ORDER = { quantity: '2' };

describe('step decide on Postgres', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  const exposureOf = async ({ accountId }: SeededTeam) =>
    (
      await database.admin<{ held: string; reserved: string }>(
        'select held::float8::text as held, reserved::float8::text as reserved from keelson.exposures where account_id = $1',
        [accountId],
      )
    )[0];

  it('reserves what it approves, in the same commit, and keeps each check with its numbers', async () => {
    const team = await seedTeam(database);
    const message = await receive(database, team, ORDER);
    const [approved] = await decideIn(database.db, message);
    expect(approved).toMatchObject({ type: 'order.approved', payload: { notional: '500000', multiplier: '50' } });
    expect(await exposureOf(team)).toEqual({ held: '0', reserved: '500000' });
    const [verdict] = await database.admin('select approved, checks from keelson.verdicts where signal_id = $1', [
      message.key,
    ]);
    expect(verdict).toMatchObject({ approved: true });
    const findings = verdict!['checks'] as { check: string; numbers: object }[];
    expect(findings).toHaveLength(checks.length);
    expect(findings.at(-1)).toMatchObject({ check: 'exposure', numbers: { scope: 'account', notional: '500000' } });
  });

  it('gives one verdict: decided again, it says and reserves nothing', async () => {
    const team = await seedTeam(database);
    const message = await receive(database, team, ORDER);
    await decideIn(database.db, message);
    expect(await decideIn(database.db, message)).toEqual([]);
    expect(await exposureOf(team)).toEqual({ held: '0', reserved: '500000' });
  });

  it('approves exactly one of two signals that both fit and together do not', async () => {
    const team = await seedTeam(database, { maxExposure: '900000' });
    const messages = [await receive(database, team, ORDER), await receive(database, team, ORDER)];
    // Both have read the same free room before either writes: what decides is the row, not the reading.
    let arrived = 0;
    let open = (): void => undefined;
    const bothHaveRead = new Promise<void>((resolve) => (open = resolve));
    const between = () => {
      if ((arrived += 1) === 2) open();
      return bothHaveRead;
    };
    const results = await Promise.allSettled(messages.map((message) => decideIn(database.db, message, between)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const loser = results.findIndex(({ status }) => status === 'rejected');
    expect(results[loser]).toMatchObject({ reason: { code: 'KE010' } });
    expect(await exposureOf(team)).toEqual({ held: '0', reserved: '500000' });

    // The whole transaction fell, so the loser is undecided; read anew, it is denied with the numbers.
    const [denied] = await decideIn(database.db, messages[loser]!);
    expect(denied).toMatchObject({
      type: 'order.denied',
      payload: { code: 'exposure', numbers: { limit: '900000', reserved: '500000', notional: '500000' } },
    });
    expect(await exposureOf(team)).toEqual({ held: '0', reserved: '500000' });
  });

  it.each([
    [
      'a limit',
      (team: SeededTeam) => ['delete from keelson.risk_limits where account_id = $1', [team.accountId]] as const,
    ],
    [
      'the exposure',
      (team: SeededTeam) => ['delete from keelson.exposures where account_id = $1', [team.accountId]] as const,
    ],
  ])('denies when the row of %s is missing', async (_, removal) => {
    const team = await seedTeam(database);
    const [statement, values] = removal(team);
    await database.admin(statement, [...values]);
    const [denied] = await decideIn(database.db, await receive(database, team, ORDER));
    expect(denied).toMatchObject({ type: 'order.denied', payload: { code: 'unknown_limit' } });
  });

  it('denies everybody while the row of the platform is missing', async () => {
    const team = await seedTeam(database);
    const message = await receive(database, team, ORDER);
    const [platform] = await database.admin<{ row: unknown }>(
      `delete from keelson.trading_states t where scope = 'platform' returning to_jsonb(t) as row`,
    );
    const [denied] = await decideIn(database.db, message);
    expect(denied).toMatchObject({ payload: { code: 'halted', numbers: { trading_state: 'HALTED' } } });
    await database.admin(
      'insert into keelson.trading_states select * from jsonb_populate_record(null::keelson.trading_states, $1)',
      [JSON.stringify(platform!.row)],
    );
  });
});
