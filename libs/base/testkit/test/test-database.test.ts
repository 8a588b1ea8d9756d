import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { sql } from '@keelson/persistence';

const TEAMS = sql('test.teams', 'select team_id from teams');

describe('testDatabase', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  it('is migrated, and shows a team nothing but itself', async () => {
    const [mine] = [await seedTeam(database), await seedTeam(database)];
    const rows = await database.db.transaction(mine.teamId, (tx) => tx.query(TEAMS));
    expect(rows).toEqual([{ team_id: mine.teamId }]);
  });

  it('refuses a query on tenant rows without a team', async () => {
    await expect(database.db.platform((tx) => tx.query(TEAMS))).rejects.toMatchObject({ code: 'KE001' });
  });
});
