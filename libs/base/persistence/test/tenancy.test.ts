import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import { seedTeam, testDatabase, type SeededTeam, type TestDatabase } from '@keelson/testkit';
import { sql } from '../src/statement.ts';

const INSERT_AUDIT = sql(
  'test.insert_audit',
  `insert into audit_events (audit_id, team_id, actor, action, subject) values ($1, $2, 'tester', 'test', 'test')`,
);
const OUTBOX_PAYLOADS = sql('test.outbox_payloads', 'select payload from outbox');

describe('row-level security', () => {
  let database: TestDatabase;
  let mine: SeededTeam;
  let theirs: SeededTeam;
  let tables: string[];
  beforeAll(async () => {
    database = await testDatabase();
    [mine, theirs] = [await seedTeam(database), await seedTeam(database)];
    const rows = await database.admin<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'team_id'
        where c.relnamespace = 'keelson'::regnamespace and c.relkind = 'r' and not a.attisdropped order by 1`,
    );
    tables = rows.map(({ name }) => name);
  });
  afterAll(() => database.close());

  it('binds every table that has a team, its owner included, and the app may not get around it', async () => {
    expect(tables.length).toBeGreaterThanOrEqual(18);
    const open = await database.admin(
      `select relname from pg_class where relname = any($1) and relnamespace = 'keelson'::regnamespace
          and not (relrowsecurity and relforcerowsecurity)`,
      [tables],
    );
    expect(open).toEqual([]);
    const roles = await database.admin(
      `select rolname, rolsuper or rolbypassrls as above from pg_roles where rolname in ('keelson_app', 'keelson_relay') order by 1`,
    );
    expect(roles).toEqual([
      { rolname: 'keelson_app', above: false },
      { rolname: 'keelson_relay', above: false },
    ]);
  });

  it('lets no policy of the app decide without the team of the transaction', async () => {
    const policies = await database.admin<{ tablename: string; qual: string }>(
      `select tablename, qual from pg_policies where schemaname = 'keelson' and roles && '{public,keelson_app}'`,
    );
    expect(policies.map(({ tablename }) => tablename).sort()).toEqual(tables);
    expect(policies.filter(({ qual }) => !qual.includes('current_team()'))).toEqual([]);
  });

  it('raises KE001 for rows that are there when no team is set, instead of hiding them', async () => {
    const filled = ['teams', 'accounts', 'webhook_keys', 'risk_limits', 'exposures'];
    for (const table of filled) {
      const read = sql(`test.read_${table}`, `select team_id from ${table}`);
      await expect(database.db.platform((tx) => tx.query(read))).rejects.toMatchObject({ code: 'KE001' });
    }
  });

  it('raises when the team was set by an earlier transaction on the same connection', async () => {
    const read = sql('test.read_accounts', 'select account_id from accounts');
    await Promise.all(Array.from({ length: 20 }, () => database.db.transaction(mine.teamId, (tx) => tx.query(read))));
    const without = Array.from({ length: 20 }, () => database.db.platform((tx) => tx.query(read)));
    for (const outcome of await Promise.allSettled(without)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'KE001' } });
    }
  });

  it('shows a team its own rows only, and lets it write no row of another', async () => {
    const read = sql('test.read_own', 'select account_id from accounts');
    const rows = await database.db.transaction(mine.teamId, (tx) => tx.query(read));
    expect(rows).toEqual([{ account_id: mine.accountId }]);
    const foreign = database.db.transaction(mine.teamId, async (tx) =>
      tx.execute(INSERT_AUDIT, [newId(), theirs.teamId]),
    );
    await expect(foreign).rejects.toMatchObject({ code: '42501' });
  });

  it('lets the relay see ids of the outbox of all teams, and no payload', async () => {
    for (const { teamId } of [mine, theirs]) {
      await database.admin(
        `insert into keelson.outbox (outbox_id, step, team_id, signal_id, type, key, payload)
         values ($1, 'decide', $2, $1, 'signal.received', 'key', '{"secret": true}')`,
        [newId(), teamId],
      );
    }
    const ids = sql('test.outbox_ids', 'select team_id from outbox');
    expect(await database.db.relay((tx) => tx.query(ids))).toHaveLength(2);
    await expect(database.db.relay((tx) => tx.query(OUTBOX_PAYLOADS))).rejects.toMatchObject({ code: '42501' });
    await expect(
      database.db.relay((tx) => tx.query(sql('test.relay_teams', 'select * from teams'))),
    ).rejects.toMatchObject({
      code: '42501',
    });
  });
});
