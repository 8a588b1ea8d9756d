import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { sql } from '../src/statement.ts';

interface Key {
  readonly table: string;
  readonly index: string;
  readonly column: string;
  readonly type: string;
}

/** Tables of teams whose rows have a key of one column, which is not the team itself. */
const KEYS = `
  select c.relname as table, x.relname as index, a.attname as column, format_type(a.atttypid, a.atttypmod) as type
    from pg_index i
    join pg_class c on c.oid = i.indrelid
    join pg_class x on x.oid = i.indexrelid
    join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
    join pg_attribute t on t.attrelid = c.oid and t.attname = 'team_id' and not t.attisdropped
   where c.relnamespace = 'keelson'::regnamespace and c.relkind = 'r' and i.indisprimary and i.indnatts = 1
     and a.attname <> 'team_id'
   order by 1`;

describe('a new database, of which Postgres has no statistics', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  it('reads a row by its key, though many indexes begin with the team that row-level security asks for', async () => {
    const { teamId } = await seedTeam(database);
    const keys = await database.admin<Key & Record<string, unknown>>(KEYS);
    expect(keys.map(({ table }) => table)).toEqual(expect.arrayContaining(['signals', 'orders', 'fills', 'intents']));
    const wrong: string[] = [];
    for (const { table, index, column, type } of keys) {
      const statement = sql(
        `test.key_of_${table}`,
        `explain select * from ${table} where ${column} = (select $1::${type})`,
      );
      const plan = await database.db.transaction(teamId, (tx) => tx.query<{ 'QUERY PLAN': string }>(statement, [null]));
      const read = plan.map((line) => line['QUERY PLAN']).join('\n');
      if (!read.includes(`using ${index} on`)) wrong.push(`${table}: ${read}`);
    }
    expect(wrong).toEqual([]);
  });
});
