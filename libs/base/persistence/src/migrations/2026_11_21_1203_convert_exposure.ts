import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Limits are in the currency of the account: what is in another one is converted by the quotes of the pair. */
export class ConvertExposure implements MigrationInterface {
  readonly name = 'ConvertExposure1763728980000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table keelson.intents add column rate numeric(30,12) not null default 1 check (rate > 0);
      comment on column keelson.intents.rate is 'units of the account''s currency for one of the instrument''s, when it was approved: exposure is held at it';

      create function keelson.fx_rate(from_currency text, to_currency text)
        returns table (rate numeric, quoted_at timestamptz)
        language sql stable set search_path = keelson as $$
          select case when q.symbol = from_currency || to_currency then (q.bid + q.ask) / 2 else 2 / (q.bid + q.ask) end,
                 least(q.at, q.received_at)
            from quotes q
           where q.symbol in (from_currency || to_currency, to_currency || from_currency) and q.bid + q.ask > 0
           order by q.symbol = from_currency || to_currency desc
           limit 1
        $$;
      comment on function keelson.fx_rate is 'by the middle of the pair''s quote, or of the inverse pair''s; no row without either';
      grant execute on function keelson.fx_rate to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function keelson.fx_rate;
      alter table keelson.intents drop column rate;
    `);
  }
}
