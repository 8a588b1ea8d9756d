import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables of tenants of which Postgres has seen nothing yet: what it knows of others is better than this. */
const forEachNewTable = (perform: string): string => `
  do $$
  declare
    named text;
  begin
    -- New in PostgreSQL 18. Before it, plans are good once autovacuum has analysed the tables that filled.
    if to_regproc('pg_catalog.pg_restore_attribute_stats') is null then
      return;
    end if;
    for named in select c.relname from pg_class c
                   join pg_attribute a on a.attrelid = c.oid and a.attname = 'team_id' and not a.attisdropped
                  where c.relnamespace = 'keelson'::regnamespace and c.relkind = 'r' and c.reltuples <= 0 loop
      perform ${perform};
    end loop;
  end $$`;

/**
 * Row-level security asks every statement for the team, and many indexes begin with it. Of an empty table Postgres takes a
 * team for as rare as a key, so a row that is asked for by its key was read through an index of the team: all rows of the
 * team, as the plan is kept, in the first minutes of a new installation. Told that there is one team, it takes the key.
 * The first ANALYZE of a table that has rows puts what is true in its place.
 */
export class ExpectFewTeams implements MigrationInterface {
  readonly name = 'ExpectFewTeams1763732400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      forEachNewTable(`pg_restore_attribute_stats('schemaname', 'keelson', 'relname', named, 'attname', 'team_id',
                         'inherited', false, 'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 1::real)`),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(forEachNewTable(`pg_clear_attribute_stats('keelson', named, 'team_id', false)`));
  }
}
