import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@keelson/testkit';
import { migrate } from '../src/migrate.ts';
import { migrations } from '../src/migrations.ts';

/** Everything that a schema consists of, as text that can be compared. */
const SHAPE = `
  select 'column' as kind, table_name || '.' || column_name as name,
         concat_ws(' ', data_type, numeric_precision, numeric_scale, is_nullable, column_default) as definition
    from information_schema.columns where table_schema = 'keelson'
  union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'keelson'
  union all select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'keelson'::regnamespace
  union all select 'policy', tablename || '.' || policyname, concat_ws(' ', roles::text, cmd, qual, with_check)
    from pg_policies where schemaname = 'keelson'
  union all select 'function', proname, pg_get_functiondef(oid) || coalesce(proacl::text, '')
    from pg_proc where pronamespace = 'keelson'::regnamespace
  union all select 'relation', relname, concat_ws(' ', relkind, relrowsecurity, relforcerowsecurity, relacl::text, reloptions::text)
    from pg_class where relnamespace = 'keelson'::regnamespace and relkind in ('r', 'S')
  union all select 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
    from pg_trigger where not tgisinternal
  order by 1, 2, 3`;

describe('migrations', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  it('down to nothing and up again leave the very same schema', async () => {
    const before = await database.admin(SHAPE);
    expect(before.length).toBeGreaterThan(200);
    const names = migrations.map((Migration) => new Migration().name);
    const { reverted } = await migrate(database.adminUrl, 'down');
    expect(reverted).toEqual([...names].reverse());
    expect(await database.admin(`select from pg_namespace where nspname = 'keelson'`)).toEqual([]);
    const { applied } = await migrate(database.adminUrl, 'up', 'app');
    expect(applied).toEqual(names);
    expect(await database.admin(SHAPE)).toEqual(before);
  }, 30_000);

  it('have nothing to do the second time, also when two start at once', async () => {
    const both = await Promise.all([migrate(database.adminUrl, 'up'), migrate(database.adminUrl, 'up')]);
    expect(both.flatMap(({ applied }) => applied)).toEqual([]);
  }, 30_000);

  it('are named as they are ordered: the number in the name grows', () => {
    const numbers = migrations.map((Migration) => Number(/\d+$/.exec(new Migration().name)?.[0]));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('of a newer release are refused by this one, by name, in both directions', async () => {
    await database.admin(
      `insert into keelson_migrations (timestamp, name) values (9999999999999, 'FromTheFuture9999999999999')`,
    );
    await expect(migrate(database.adminUrl, 'up')).rejects.toThrow('FromTheFuture9999999999999');
    await expect(migrate(database.adminUrl, 'down')).rejects.toThrow('run the newer release');
    expect(
      await database.admin(`select count(*)::int as tables from pg_tables where schemaname = 'keelson'`),
    ).not.toEqual([{ tables: 0 }]);
  }, 30_000);
});
