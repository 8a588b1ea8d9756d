import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { moveCapital } from '@keelson/ledger';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { portfolioSnapshots } from '../src/schedules/portfolio-snapshots.ts';

let database: TestDatabase;
let teams: SeededTeam[];
beforeAll(async () => {
  database = await testDatabase();
  teams = [await seedTeam(database), await seedTeam(database)];
  for (const { teamId, accountId } of teams) {
    const deposit = {
      teamId,
      accountId,
      amount: '100',
      currency: 'USD',
      reference: 'in',
      at: new Date('2026-03-02T15:00Z'),
    };
    await database.db.transaction(teamId, (tx) => moveCapital(tx, deposit));
  }
});
afterAll(() => database.close());

describe('the snapshots', () => {
  it('keep what every account of every team is worth, once a minute', async () => {
    const at = Date.parse('2026-03-02T16:00:12Z');
    await portfolioSnapshots(database.db, { now: () => new Date(at) })();
    await portfolioSnapshots(database.db, { now: () => new Date(at + 40_000) })();
    const rows = await database.admin(
      `select account_id, equity::float8 as equity, taken_at from keelson.portfolio_snapshots where equity <> 0`,
    );
    expect(rows).toHaveLength(2);
    expect(rows).toEqual(
      expect.arrayContaining(
        teams.map(({ accountId }) => ({
          account_id: accountId,
          equity: 100,
          taken_at: new Date('2026-03-02T16:00:00Z'),
        })),
      ),
    );
  });
});
