import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Looks at the last second or minute read the index from there on. clock_timestamp() itself is volatile, so a comparison
 * with it is a filter behind the index: each look read every row that a team or strategy ever had, and every verdict
 * became dearer than the one before. A sub-select is worked out once and bounds the index.
 */
export class BoundLooksByTime implements MigrationInterface {
  readonly name = 'BoundLooksByTime1763729400000';

  async up(runner: QueryRunner): Promise<void> {
    await this.#createLooks(runner, '(select clock_timestamp())');
    // One look for both rates. A limit per minute that is reached may cut off newer ones, and is exceeded then itself.
    await this.#createSeal(
      runner,
      `
          exceeded boolean;
          moment timestamptz;`,
      `moment := clock_timestamp();
            select count(*) filter (where decided_at > moment - interval '1 second') > per_second or count(*) > per_minute into exceeded
              from (select decided_at from verdicts
                     where account_id = wanted_account and strategy = wanted_strategy and approved
                       and decided_at > moment - interval '1 minute' limit per_minute + 1) recent;
            if exceeded then`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await this.#createLooks(runner, 'clock_timestamp()');
    await this.#createSeal(
      runner,
      '',
      `if recent_approvals(wanted_account, wanted_strategy, interval '1 second', per_second + 1) > per_second
               or recent_approvals(wanted_account, wanted_strategy, interval '1 minute', per_minute + 1) > per_minute then`,
    );
  }

  async #createLooks(runner: QueryRunner, now: string): Promise<void> {
    await runner.query(`
      create or replace function keelson.recent_approvals(wanted_account uuid, wanted_strategy text, within interval, at_most integer)
        returns integer language sql volatile set search_path = keelson as $$
          select count(*)::integer from (
            select from verdicts where account_id = wanted_account and strategy = wanted_strategy and approved
               and decided_at > ${now} - within limit at_most) recent
        $$;

      create or replace function keelson.watch_rates()
        returns table (team_id uuid, account_id uuid, strategy text, received integer, per_second numeric, factor numeric)
        language sql stable security definer set search_path = keelson as $$
          select t.team_id, recent.account_id, recent.strategy, recent.received, l.value, r.threshold
            from teams t
            left join watch_rules r on r.team_id = t.team_id and r.rule = 'runaway'
           cross join lateral (
             select s.account_id, s.strategy, count(*)::int as received from signals s
              where s.team_id = t.team_id and s.received_at > ${now} - interval '1 second' and s.origin = 'webhook'
              group by s.account_id, s.strategy) recent
           cross join lateral (
             select value from risk_limits
              where account_id = recent.account_id and name = 'max_orders_per_second'
                and scope in ('account', 'strategy:' || recent.strategy)
              order by scope desc limit 1) l
           where r.enabled is not false and l.value is not null and recent.received > l.value
             and not is_halted(t.team_id, array['strategy:' || t.team_id || ':' || recent.strategy])
        $$;

      create or replace function keelson.watch_errors(default_window_ms integer)
        returns table (team_id uuid, account_id uuid, failed integer, placed integer, at_least numeric)
        language sql stable security definer set search_path = keelson as $$
          select t.team_id, recent.account_id, recent.failed, recent.placed, r.threshold
            from teams t
            left join watch_rules r on r.team_id = t.team_id and r.rule = 'error_rate'
           cross join lateral (
             select o.account_id, count(*)::int as placed,
                    count(*) filter (where o.status in ('rejected', 'unknown'))::int as failed
               from orders o
              where o.team_id = t.team_id
                and o.created_at > ${now} - coalesce(r.window_ms, default_window_ms) * interval '1 millisecond'
              group by o.account_id) recent
           where r.enabled is not false and recent.failed > 0
             and not is_halted(t.team_id, array['account:' || recent.account_id])
        $$;
    `);
  }

  async #createSeal(runner: QueryRunner, declared: string, looks: string): Promise<void> {
    await runner.query(`
      create or replace function keelson.seal_approval(
          wanted_signal uuid, wanted_account uuid, wanted_strategy text, wanted_symbol text, wanted_side text,
          amount numeric, reducing numeric, per_second integer, per_minute integer) returns void
        language plpgsql set search_path = keelson as $$
        declare
          scoped text;${declared}
        begin
          if per_second is not null or per_minute is not null then
            -- Whoever holds this sees every approval before it; the signal's own verdict is counted too.
            perform pg_advisory_xact_lock(hashtextextended('rate/' || wanted_account || '/' || wanted_strategy, 0));
            ${looks}              raise exception 'order rate of strategy % would be exceeded', wanted_strategy using errcode = 'KE010';
            end if;
          end if;
          if reducing > 0 then
            perform pg_advisory_xact_lock(hashtextextended('position/' || wanted_account || '/' || wanted_symbol, 0));
            if reducing > coalesce((select case wanted_side when 'sell' then quantity else -quantity end from positions
                                     where account_id = wanted_account and symbol = wanted_symbol), 0)
                           - (select case wanted_side when 'sell' then q.sells else q.buys end
                                from open_quantities(current_team(), wanted_account, wanted_symbol, wanted_signal) q) then
              raise exception 'position in % is being reduced already', wanted_symbol using errcode = 'KE010';
            end if;
          end if;
          if amount > 0 then
            update exposures set reserved = reserved + amount
             where account_id = wanted_account and scope = 'account'
               and (maximum is null or held + reserved + amount <= maximum);
            if not found then
              raise exception 'exposure limit of account % would be exceeded', wanted_account using errcode = 'KE010';
            end if;
            for scoped in select e.scope from exposures e
                           where e.account_id = wanted_account
                             and e.scope in ('strategy:' || wanted_strategy, 'symbol:' || wanted_symbol)
                           order by e.scope loop
              update exposures set reserved = reserved + amount
               where account_id = wanted_account and scope = scoped
                 and (maximum is null or held + reserved + amount <= maximum);
              if not found then
                raise exception 'exposure limit of % would be exceeded', scoped using errcode = 'KE010';
              end if;
            end loop;
          end if;
        end $$;
    `);
  }
}
