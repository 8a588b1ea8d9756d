import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Closing takes along its share of what positions have gained. */
const shrink = (change: string): string => `,
                 appreciated = case when e.appreciated = 0 then 0
                   else e.appreciated * coalesce(least(1, greatest(0, (e.held + ${change}) / nullif(e.held, 0))), 0) end`;

/**
 * A limit on exposure is about what positions are worth, and held is what they cost. By how much they are worth more is kept
 * beside it, as of the last look, and takes room; what fell below its cost gives none back. So a look that is late or
 * missing only ever counts a gain too late, and never less than the cost.
 */
export class CountGainsAsExposure implements MigrationInterface {
  readonly name = 'CountGainsAsExposure1763731320000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table keelson.exposures add column appreciated numeric(30,12) not null default 0 check (appreciated >= 0);
      comment on column keelson.exposures.appreciated is 'by how much positions of the scope are worth more than held, as of the last look';

      create function keelson.revalue_exposures(wanted_account uuid) returns integer
        language plpgsql set search_path = keelson as $$
        declare
          revalued integer;
        begin
          if not exists (select from exposures where account_id = wanted_account and appreciated <> 0)
             and not exists (select from positions where account_id = wanted_account and quantity <> 0) then
            return 0;
          end if;
          -- Whoever moves exposure locks this row first: positions and held belong together from here on.
          perform from exposures where account_id = wanted_account and scope = 'account' for update;
          with gains as (
            select p.symbol, t.strategy,
                   greatest(0, abs(p.quantity * q.last) * coalesce(p.multiplier, i.multiplier, 1) * x.rate - (p.cost - p.relieved)) as amount
              from positions p
              join accounts a on a.account_id = p.account_id
              join quotes q on q.symbol = p.symbol
              left join instruments i on i.symbol = p.symbol
              left join trades t on t.account_id = p.account_id and t.symbol = p.symbol
                                and t.closed_at is null and t.voided_at is null
             cross join lateral (
               select case when coalesce(p.currency, i.currency, a.currency) = a.currency then 1
                           else (select f.rate from fx_rate(coalesce(p.currency, i.currency), a.currency) f) end as rate) x
             where p.account_id = wanted_account and p.quantity <> 0
               -- Legs of a spread hold the most that it can lose, whatever their prices do.
               and not (i.kind is not distinct from 'option' and p.relieved <> 0))
          update exposures e set appreciated = s.amount
            from (select o.scope, round(coalesce(sum(g.amount), 0), 12) as amount
                    from exposures o
                    left join gains g on o.scope in ('account', 'symbol:' || g.symbol, 'strategy:' || g.strategy)
                   where o.account_id = wanted_account group by o.scope) s
           where e.account_id = wanted_account and e.scope = s.scope and e.appreciated <> s.amount;
          get diagnostics revalued = row_count;
          return revalued;
        end $$;
      comment on function keelson.revalue_exposures is 'counts what positions have gained by the last quotes; the number of scopes that changed';
      grant execute on function keelson.revalue_exposures to keelson_app;
    `);
    await this.#createSeal(runner, 'held + appreciated + reserved');
    await this.#createMove(runner, shrink);
  }

  async down(runner: QueryRunner): Promise<void> {
    await this.#createMove(runner, () => '');
    await this.#createSeal(runner, 'held + reserved');
    await runner.query(`
      drop function keelson.revalue_exposures;
      alter table keelson.exposures drop column appreciated;
    `);
  }

  /** As before, but for what of the maximum is taken. */
  async #createSeal(runner: QueryRunner, taken: string): Promise<void> {
    await runner.query(`
      create or replace function keelson.seal_approval(wanted_signal uuid, wanted_account uuid, wanted_strategy text, wanted_symbol text, wanted_side text, amount numeric, reducing numeric, per_second integer, per_minute integer) returns void
        language plpgsql set search_path = keelson as $$
        declare
          scoped text;
          exceeded boolean;
          moment timestamptz;
        begin
          if per_second is not null or per_minute is not null then
            -- Whoever holds this sees every approval before it; the signal's own verdict is counted too.
            perform pg_advisory_xact_lock(hashtextextended('rate/' || wanted_account || '/' || wanted_strategy, 0));
            moment := clock_timestamp();
            select count(*) filter (where decided_at > moment - interval '1 second') > per_second or count(*) > per_minute into exceeded
              from (select decided_at from verdicts
                     where account_id = wanted_account and strategy = wanted_strategy and approved
                       and decided_at > moment - interval '1 minute' limit per_minute + 1) recent;
            if exceeded then              raise exception 'order rate of strategy % would be exceeded', wanted_strategy using errcode = 'KE010';
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
               and (maximum is null or ${taken} + amount <= maximum);
            if not found then
              raise exception 'exposure limit of account % would be exceeded', wanted_account using errcode = 'KE010';
            end if;
            for scoped in select e.scope from exposures e
                           where e.account_id = wanted_account
                             and e.scope in ('strategy:' || wanted_strategy, 'symbol:' || wanted_symbol)
                           order by e.scope loop
              update exposures set reserved = reserved + amount
               where account_id = wanted_account and scope = scoped
                 and (maximum is null or ${taken} + amount <= maximum);
              if not found then
                raise exception 'exposure limit of % would be exceeded', scoped using errcode = 'KE010';
              end if;
            end loop;
          end if;
        end $$;
    `);
  }

  /** As before, but for what a change of held does to gains. */
  async #createMove(runner: QueryRunner, gains: (change: string) => string): Promise<void> {
    await runner.query(`
      create or replace function keelson.move_exposure(wanted_account uuid, signals uuid[], symbols text[], reserved_by numeric[], held_by numeric[]) returns void
        language plpgsql set search_path = keelson as $$
        declare
          change record;
        begin
          update exposures e
             set reserved = e.reserved + (select sum(amount) from unnest(reserved_by) amount),
                 held = e.held + (select sum(amount) from unnest(held_by) amount)${gains('(select sum(amount) from unnest(held_by) amount)')}
           where e.account_id = wanted_account and e.scope = 'account';
          if not exists (select from exposures e where e.account_id = wanted_account and e.scope <> 'account') then
            return;
          end if;
          for change in
            select moved.scope, sum(moved.reserved) as reserved, sum(moved.held) as held
              from unnest(signals, symbols, reserved_by, held_by) as c (signal_id, symbol, reserved, held)
              join signals s on s.signal_id = c.signal_id
             cross join lateral (values ('strategy:' || s.strategy, c.reserved, c.held),
                                        ('symbol:' || s.symbol, c.reserved, 0),
                                        ('symbol:' || c.symbol, 0, c.held)) as moved (scope, reserved, held)
              join exposures e on e.account_id = wanted_account and e.scope = moved.scope
             group by moved.scope order by moved.scope loop
            update exposures e set reserved = e.reserved + change.reserved, held = e.held + change.held${gains('change.held')}
             where e.account_id = wanted_account and e.scope = change.scope;
          end loop;
        end $$;
    `);
  }
}
