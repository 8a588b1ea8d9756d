import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The last price of each symbol that is in use, as a venue said it. Platform rows: a price belongs to no team. */
export class CreateQuotes implements MigrationInterface {
  readonly name = 'CreateQuotes1763723460000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.quotes (
        symbol text primary key references keelson.instruments,
        bid numeric(30,12) not null,
        ask numeric(30,12) not null check (ask >= bid),
        last numeric(30,12) not null,
        source text not null,
        at timestamptz not null,
        received_at timestamptz not null default clock_timestamp()
      ) with (fillfactor = 50);
      comment on column keelson.quotes.at is 'by the venue''s clock';
      comment on column keelson.quotes.received_at is 'by ours; a quote is as old as this says';
      grant select, insert, update, delete on keelson.quotes to keelson_app;

      grant select (symbol, quantity, team_id) on keelson.positions to keelson_resolver;
      create policy resolve on keelson.positions for select to keelson_resolver using (true);
      grant select on keelson.instruments to keelson_resolver;
      create function keelson.symbols_in_use() returns setof text
        language sql stable security definer set search_path = keelson as $$
          select symbol from instruments where quoted and (expires_at is null or expires_at > now())
          union
          select symbol from positions where quantity <> 0
        $$;
      comment on function keelson.symbols_in_use is 'what is marked as quoted or held by any team: the symbols that need a price';
      grant create on schema keelson to keelson_resolver;
      alter function keelson.symbols_in_use owner to keelson_resolver;
      revoke create on schema keelson from keelson_resolver;
      revoke all on function keelson.symbols_in_use from public;
      grant execute on function keelson.symbols_in_use to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function keelson.symbols_in_use;
      revoke select on keelson.instruments from keelson_resolver;
      drop policy resolve on keelson.positions;
      revoke select (symbol, quantity, team_id) on keelson.positions from keelson_resolver;
      drop table keelson.quotes;
    `);
  }
}
