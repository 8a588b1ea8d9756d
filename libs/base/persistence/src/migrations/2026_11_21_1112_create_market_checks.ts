import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was found before each market opened, and which of its times a schedule has served. Platform rows. */
export class CreateMarketChecks implements MigrationInterface {
  readonly name = 'CreateMarketChecks1763723520000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.market_checks (
        trading_day date primary key,
        checked_at timestamptz not null,
        failed integer not null check (failed >= 0),
        checks jsonb not null
      );
      comment on table keelson.market_checks is 'the last look of each day: what was looked at, what it came to, and the numbers';
      grant select, insert, update, delete on keelson.market_checks to keelson_app;
      alter table keelson.schedule_runs add due_at timestamptz;
      comment on column keelson.schedule_runs.due_at is 'of a schedule with times of its own: the last one that was served';

      create function keelson.refresh_statistics() returns void
        language plpgsql security definer set search_path = keelson as $$
        declare
          named text;
        begin
          for named in select c.relname from pg_class c
                        where c.relnamespace = 'keelson'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition loop
            execute format('analyze keelson.%I', named);
          end loop;
        end $$;
      comment on function keelson.refresh_statistics is 'ANALYZE is the right of the owner of a table; vacuuming is left to autovacuum';
      revoke all on function keelson.refresh_statistics from public;
      grant execute on function keelson.refresh_statistics to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function keelson.refresh_statistics;
      alter table keelson.schedule_runs drop due_at;
      drop table keelson.market_checks;
    `);
  }
}
