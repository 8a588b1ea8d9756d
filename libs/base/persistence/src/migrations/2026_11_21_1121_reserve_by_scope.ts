import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What binds an approval at the end of its transaction, and how exposure moves afterwards. The scopes of one signal are
 * always locked in the same order: rate, position, then exposure of account, strategy and symbol.
 */
export class ReserveByScope implements MigrationInterface {
  readonly name = 'ReserveByScope1763724060000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function keelson.leg_scopes(team uuid, legs jsonb) returns text[] language sql immutable parallel safe as $$
        select array(select 'symbol:' || team || ':' || (leg->>'symbol') from jsonb_array_elements(legs) leg)
      $$;
      create function keelson.trading_scopes(team uuid, account uuid, strategy text, symbol text, legs jsonb)
        returns text[] language sql immutable parallel safe as $$
          select array['platform', 'team:' || team, 'account:' || account, 'strategy:' || team || ':' || strategy,
                       'symbol:' || team || ':' || symbol]
              || case when legs is null then '{}'::text[] else keelson.leg_scopes(team, legs) end
        $$;
      comment on function keelson.trading_scopes is 'every scope whose trading state binds a signal: the only place that says so';

      alter table keelson.verdicts
        add column account_id uuid,
        add column strategy text,
        add column limits_version integer;
      comment on column keelson.verdicts.limits_version is 'limit_versions of the account, read in the transaction of the verdict';
      create index verdicts_approved on keelson.verdicts (account_id, strategy, decided_at) where approved;

      create function keelson.recent_approvals(wanted_account uuid, wanted_strategy text, within interval, at_most integer)
        returns integer language sql volatile set search_path = keelson as $$
          select count(*)::integer from (
            select from verdicts where account_id = wanted_account and strategy = wanted_strategy and approved
               and decided_at > clock_timestamp() - within limit at_most) recent
        $$;

      create function keelson.open_quantities(wanted_team uuid, wanted_account uuid, wanted_symbol text, except_signal uuid)
        returns table (buys numeric, sells numeric) language sql stable as $$
          select coalesce(sum(q.units) filter (where q.side = 'buy'), 0), coalesce(sum(q.units) filter (where q.side = 'sell'), 0)
            from (select o.side, o.quantity - o.filled_quantity - o.busted_quantity as units from keelson.orders o
                   where o.account_id = wanted_account and o.symbol = wanted_symbol and o.completed_at is null
                     and o.role not in ('take_profit', 'stop_loss') and o.signal_id <> except_signal
                  union all
                  select w.payload->>'side', (w.payload->>'quantity')::numeric from keelson.outbox w
                   where w.team_id = wanted_team and w.step in ('place', 'book')
                     and w.type in ('order.approved', 'order.filled')
                     and w.payload->>'accountId' = wanted_account::text and w.payload->>'symbol' = wanted_symbol
                     and w.signal_id <> except_signal) q
        $$;
      comment on function keelson.open_quantities is 'what may still be bought or sold by orders in flight, fills that are not booked yet included; exits only follow a position, so they are left out';

      create function keelson.seal_approval(
          wanted_signal uuid, wanted_account uuid, wanted_strategy text, wanted_symbol text, wanted_side text,
          amount numeric, reducing numeric, per_second integer, per_minute integer) returns void
        language plpgsql set search_path = keelson as $$
        declare
          scoped text;
        begin
          if per_second is not null or per_minute is not null then
            -- Whoever holds this sees every approval before it; the signal's own verdict is counted too.
            perform pg_advisory_xact_lock(hashtextextended('rate/' || wanted_account || '/' || wanted_strategy, 0));
            if recent_approvals(wanted_account, wanted_strategy, interval '1 second', per_second + 1) > per_second
               or recent_approvals(wanted_account, wanted_strategy, interval '1 minute', per_minute + 1) > per_minute then
              raise exception 'order rate of strategy % would be exceeded', wanted_strategy using errcode = 'KE010';
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
      comment on function keelson.seal_approval is 'raises KE010 instead of answering, so that it may be pipelined ahead of COMMIT: the whole decision falls and is made anew';

      create function keelson.move_exposure(wanted_account uuid, signals uuid[], symbols text[], reserved_by numeric[], held_by numeric[])
        returns void language plpgsql set search_path = keelson as $$
        declare
          change record;
        begin
          update exposures e
             set reserved = e.reserved + (select sum(amount) from unnest(reserved_by) amount),
                 held = e.held + (select sum(amount) from unnest(held_by) amount)
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
            update exposures e set reserved = e.reserved + change.reserved, held = e.held + change.held
             where e.account_id = wanted_account and e.scope = change.scope;
          end loop;
        end $$;
      comment on function keelson.move_exposure is 'what is reserved belongs to the symbol of the signal, what is held to that of the position';
      grant execute on function keelson.leg_scopes, keelson.trading_scopes, keelson.recent_approvals, keelson.open_quantities,
                                keelson.seal_approval, keelson.move_exposure to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function keelson.move_exposure, keelson.seal_approval, keelson.open_quantities, keelson.recent_approvals,
                    keelson.trading_scopes, keelson.leg_scopes;
      drop index keelson.verdicts_approved;
      alter table keelson.verdicts drop column account_id, drop column strategy, drop column limits_version;
    `);
  }
}
