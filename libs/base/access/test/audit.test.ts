import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recordAudit } from '../src/audit.ts';

let database: TestDatabase;
let team: SeededTeam;

beforeAll(async () => {
  database = await testDatabase();
  team = await seedTeam(database);
});
afterAll(() => database.close());

describe('recordAudit', () => {
  it('is kept with the transaction that it is about', async () => {
    const { teamId, accountId } = team;
    const entry = { teamId, actor: 'ann', action: 'trading.halt', subject: accountId, reason: 'drill' };
    const auditId = await database.db.transaction(teamId, async (tx) =>
      recordAudit(tx, { ...entry, details: { generation: 3 } }),
    );
    const [row] = await database.admin('select * from keelson.audit_events where audit_id = $1', [auditId]);
    expect(row).toMatchObject({
      team_id: teamId,
      actor: 'ann',
      action: 'trading.halt',
      subject: accountId,
      reason: 'drill',
    });
    expect(row?.['details']).toEqual({ generation: 3 });
    expect(row?.['at']).toBeInstanceOf(Date);
  });

  it('is gone with a transaction that fails', async () => {
    const { teamId } = team;
    const work = database.db.transaction(teamId, async (tx) => {
      recordAudit(tx, { teamId, actor: 'ann', action: 'trading.resume', subject: 'x' });
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await database.admin(`select 1 from keelson.audit_events where action = 'trading.resume'`)).toEqual([]);
  });

  it("cannot be written into another team's trail", async () => {
    const other = await seedTeam(database);
    const work = database.db.transaction(team.teamId, async (tx) =>
      recordAudit(tx, { teamId: other.teamId, actor: 'eve', action: 'forge', subject: 'x' }),
    );
    await expect(work).rejects.toThrow('row-level security');
  });
});
