import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A loss is compared in the currency of the account: the watch gets what was realised in each currency with the rates of
 * now, and converts by risk's own rule. watch_losses, which added currencies up, stays for the code before this one; a
 * later release drops it.
 */
export class WatchLossesByCurrency implements MigrationInterface {
  readonly name = 'WatchLossesByCurrency1763731200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      grant select (account_id, team_id, currency) on keelson.accounts to keelson_resolver;
      create policy watch on keelson.accounts for select to keelson_resolver using (true);
      grant select (currency) on keelson.account_days to keelson_resolver;
      grant select (at) on keelson.account_funds to keelson_resolver;
      grant select (bid, ask, at) on keelson.quotes to keelson_resolver;
      grant execute on function keelson.fx_rate to keelson_resolver;

      create function keelson.watch_losing_days(today date)
        returns table (team_id uuid, account_id uuid, account_currency text, day_results jsonb, rates jsonb,
                       observed_at timestamptz, max_price_age_seconds numeric, equity numeric, limit_percent numeric)
        language sql stable security definer set search_path = keelson as $$
          select a.team_id, a.account_id, a.currency, d.results,
                 (select jsonb_object_agg(c.currency, jsonb_build_array(x.rate::text, x.quoted_at))
                    from unnest(d.currencies) as c (currency) cross join lateral fx_rate(c.currency, a.currency) x
                   where c.currency <> a.currency),
                 clock_timestamp(), p.value, f.equity, l.value
            from accounts a
            join risk_limits l on l.account_id = a.account_id and l.scope = 'account' and l.name = 'max_daily_loss_percent'
           cross join lateral (
             select jsonb_agg(jsonb_build_array(currency, (realised_profit - fees)::text)) as results,
                    array_agg(currency) as currencies
               from account_days where account_id = a.account_id and trading_day = today
             having bool_or(realised_profit - fees < 0)) d
            left join risk_limits p on p.account_id = a.account_id and p.scope = 'account' and p.name = 'max_price_age_seconds'
            left join account_funds f on f.account_id = a.account_id and f.at > clock_timestamp() - interval '1 day'
            left join watch_rules r on r.team_id = a.team_id and r.rule = 'daily_loss'
           where r.enabled is not false and l.value is not null
             and not is_halted(a.team_id, array['account:' || a.account_id])
        $$;
      comment on function keelson.watch_losing_days is 'accounts that realised a loss in any currency today, with what converts it; null equity: nobody said within a day';

      grant create on schema keelson to keelson_resolver;
      alter function keelson.watch_losing_days owner to keelson_resolver;
      revoke create on schema keelson from keelson_resolver;
      revoke all on function keelson.watch_losing_days from public;
      grant execute on function keelson.watch_losing_days to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function keelson.watch_losing_days;
      revoke execute on function keelson.fx_rate from keelson_resolver;
      revoke select (bid, ask, at) on keelson.quotes from keelson_resolver;
      revoke select (at) on keelson.account_funds from keelson_resolver;
      revoke select (currency) on keelson.account_days from keelson_resolver;
      drop policy watch on keelson.accounts;
      revoke select (account_id, team_id, currency) on keelson.accounts from keelson_resolver;
    `);
  }
}
