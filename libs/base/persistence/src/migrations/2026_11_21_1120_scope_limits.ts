import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

/** What accounts of before this release were not asked for: unlimited in so many words, as missing rows would deny. */
const NEW_LIMITS = [
  'max_exposure',
  'max_position',
  'max_concentration_percent',
  'max_trade_risk_percent',
  'min_buying_power',
  'max_daily_loss_percent',
  'max_consecutive_losses',
  'max_orders_per_second',
  'max_orders_per_minute',
  'max_price_age_seconds',
  'price_collar_percent',
  'max_minutes_outside_session',
  'min_days_to_expiry',
  'min_iv_rank',
];

/**
 * Limits get a scope (account, strategy, symbol), a version per account and a history that no writer can forget, as
 * triggers keep both; exposure is counted per scope. `exposures.maximum` is the copy of the limit `max_exposure`, so that
 * the conditional update of a reservation reads one row.
 */
export class ScopeLimits implements MigrationInterface {
  readonly name = 'ScopeLimits1763724000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table keelson.risk_limits
        drop constraint risk_limits_name_check,
        drop constraint risk_limits_pkey,
        alter column value drop not null,
        add column scope text not null default 'account' check (scope ~ '^(account$|strategy:|symbol:)'),
        add column reason text not null default 'set without a reason',
        add column actor text not null default current_user,
        add primary key (account_id, scope, name);
      comment on column keelson.risk_limits.scope is 'account (the default), strategy:<name> or symbol:<symbol>; a narrower row takes the place of the default';
      comment on column keelson.risk_limits.value is 'null: unlimited, in so many words; a missing row denies';
      comment on column keelson.risk_limits.version is 'of the account''s limits when this row was written';

      create table keelson.limit_versions (
        account_id uuid primary key references keelson.accounts,
        team_id uuid not null,
        version integer not null
      );
      comment on table keelson.limit_versions is 'grows with every change of any limit of an account: processes remember limits by it';
      create table keelson.risk_limit_changes (
        account_id uuid not null references keelson.accounts,
        version integer not null,
        team_id uuid not null,
        scope text not null,
        name text not null,
        change text not null check (change in ('set', 'removed')),
        value numeric(30,12),
        reason text not null,
        actor text not null,
        changed_at timestamptz not null default clock_timestamp(),
        primary key (account_id, version)
      );

      alter table keelson.exposures
        drop constraint exposures_pkey,
        drop constraint exposures_held_check,
        alter column maximum drop not null,
        add column scope text not null default 'account',
        add primary key (account_id, scope),
        add constraint exposures_held_check check (held >= 0 or scope <> 'account');
      comment on column keelson.exposures.scope is 'as in risk_limits; rows beside that of the account exist where a limit max_exposure does';
      comment on column keelson.exposures.maximum is 'copy of the limit max_exposure, kept by its trigger; null: unlimited';
    `);
    await tenantTable(runner, 'limit_versions', 'select, insert, update');
    await tenantTable(runner, 'risk_limit_changes', 'select, insert');
    await this.#createExposureTruth(runner);
    await this.#createTriggers(runner);
    await this.#fillIn(runner);
  }

  /** What held and reserved must be, from the rows that they sum up; one snapshot, so exact at any moment. */
  async #createExposureTruth(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index orders_open on keelson.orders (account_id, symbol) where completed_at is null;
      create index outbox_unsettled on keelson.outbox (team_id) where step in ('place', 'book');
      comment on index keelson.outbox_unsettled is 'approved and not yet placed, filled and not yet booked: empty where steps share a commit';

      create function keelson.exposure_truth(wanted_account uuid, wanted_scope text)
        returns table (held numeric, reserved numeric)
        language plpgsql stable set search_path = keelson as $$
        declare
          of_team uuid := (select a.team_id from accounts a where a.account_id = wanted_account);
        begin
          return query
          select (select coalesce(sum(p.cost), 0)
                    from positions p
                    left join trades t on t.account_id = p.account_id and t.symbol = p.symbol
                                      and t.closed_at is null and t.voided_at is null
                   where p.account_id = wanted_account and p.quantity <> 0
                     and wanted_scope in ('account', 'symbol:' || p.symbol, 'strategy:' || t.strategy))
               + (select coalesce(sum((w.payload->>'quantity')::numeric * (w.payload->>'price')::numeric
                                      * (w.payload->>'multiplier')::numeric), 0)
                    from outbox w join signals s on s.signal_id = w.signal_id
                   where w.team_id = of_team and w.step = 'book' and w.type = 'order.filled'
                     and w.payload->>'accountId' = wanted_account::text
                     and wanted_scope in ('account', 'symbol:' || (w.payload->>'symbol'), 'strategy:' || s.strategy)),
                 (select coalesce(sum(o.reserved), 0)
                    from orders o join signals s on s.signal_id = o.signal_id
                   where o.account_id = wanted_account and o.completed_at is null
                     and wanted_scope in ('account', 'symbol:' || s.symbol, 'strategy:' || s.strategy))
               + (select coalesce(sum((w.payload->>'notional')::numeric), 0)
                    from outbox w join signals s on s.signal_id = w.signal_id
                   where w.team_id = of_team and w.step = 'place' and w.payload->>'accountId' = wanted_account::text
                     and wanted_scope in ('account', 'symbol:' || s.symbol, 'strategy:' || s.strategy));
        end
        $$;
      comment on function keelson.exposure_truth is 'cost of positions (by the strategy that opened the round trip), and the open remainder of what was approved';

      create function keelson.repair_exposures(wanted_account uuid) returns integer
        language plpgsql set search_path = keelson as $$
        declare
          repaired integer;
        begin
          perform from exposures where account_id = wanted_account and scope = 'account' for update;
          update exposures e set held = t.held, reserved = t.reserved
            from (select x.scope, truth.held, truth.reserved from exposures x, exposure_truth(x.account_id, x.scope) truth
                   where x.account_id = wanted_account) t
           where e.account_id = wanted_account and e.scope = t.scope and (e.held, e.reserved) <> (t.held, t.reserved);
          get diagnostics repaired = row_count;
          return repaired;
        end $$;
      comment on function keelson.repair_exposures is 'sets the sums right; everybody who moves exposure locks the account''s row first, so none comes in between';
      grant execute on function keelson.exposure_truth, keelson.repair_exposures to keelson_app;
    `);
  }

  async #createTriggers(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function keelson.limit_changing() returns trigger language plpgsql set search_path = keelson as $$
        begin
          insert into limit_versions as v (account_id, team_id, version) values (new.account_id, new.team_id, 1)
            on conflict (account_id) do update set version = v.version + 1 returning version into new.version;
          new.changed_at := clock_timestamp();
          return new;
        end $$;

      create function keelson.limit_changed() returns trigger language plpgsql set search_path = keelson as $$
        declare
          changed risk_limits := case when tg_op = 'DELETE' then old else new end;
        begin
          if tg_op = 'DELETE' then
            update limit_versions v set version = v.version + 1
             where v.account_id = old.account_id returning version into changed.version;
          end if;
          insert into risk_limit_changes (account_id, version, team_id, scope, name, change, value, reason, actor)
            values (changed.account_id, changed.version, changed.team_id, changed.scope, changed.name,
                    case tg_op when 'DELETE' then 'removed' else 'set' end, changed.value, changed.reason, changed.actor);
          if changed.name = 'max_exposure' then
            perform keep_exposure(changed, tg_op = 'DELETE');
          end if;
          return null;
        end $$;

      create function keelson.keep_exposure(changed keelson.risk_limits, removed boolean) returns void
        language plpgsql set search_path = keelson as $$
        begin
          perform from exposures where account_id = changed.account_id and scope = 'account' for update;
          if not removed then
            update exposures set maximum = changed.value, version = version + 1
             where account_id = changed.account_id and scope = changed.scope;
            if not found then
              insert into exposures (account_id, scope, team_id, held, reserved, maximum)
                select changed.account_id, changed.scope, changed.team_id, t.held, t.reserved, changed.value
                  from exposure_truth(changed.account_id, changed.scope) t;
            end if;
          elsif changed.scope = 'account' then
            update exposures set maximum = 0, version = version + 1
             where account_id = changed.account_id and scope = 'account';
          else
            delete from exposures where account_id = changed.account_id and scope = changed.scope;
          end if;
        end $$;

      create trigger limit_changing before insert or update on keelson.risk_limits
        for each row execute function keelson.limit_changing();
      create trigger limit_changed after insert or update or delete on keelson.risk_limits
        for each row execute function keelson.limit_changed();
      grant insert, update, delete on keelson.risk_limits to keelson_app;
      grant insert, delete on keelson.exposures to keelson_app;
    `);
  }

  /** As the owner of the tables is bound by row-level security too, team by team. */
  async #fillIn(runner: QueryRunner): Promise<void> {
    const teams = (await runner.query('select keelson.every_team() as team_id')) as { team_id: string }[];
    for (const { team_id: teamId } of teams) {
      await runner.query(`select set_config('keelson.team_id', $1, true)`, [teamId]);
      await runner.query(
        `insert into keelson.risk_limits (account_id, team_id, name, value, reason, actor)
         select a.account_id, a.team_id, l.name, case l.name when 'max_exposure' then e.maximum end,
                'as before limits of this name existed', 'migration'
           from keelson.accounts a
           left join keelson.exposures e on e.account_id = a.account_id
          cross join unnest($2::text[]) as l (name)
          where a.team_id = $1 and (l.name <> 'max_exposure' or e.account_id is not null)`,
        [teamId, NEW_LIMITS],
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    const teams = (await runner.query('select keelson.every_team() as team_id')) as { team_id: string }[];
    await runner.query(`
      drop trigger limit_changed on keelson.risk_limits;
      drop trigger limit_changing on keelson.risk_limits;
      drop function keelson.limit_changed, keelson.keep_exposure, keelson.limit_changing;
      drop function keelson.repair_exposures, keelson.exposure_truth;
      drop index keelson.outbox_unsettled, keelson.orders_open;
      drop table keelson.risk_limit_changes, keelson.limit_versions;
      revoke insert, update, delete on keelson.risk_limits from keelson_app;
      revoke insert, delete on keelson.exposures from keelson_app;
    `);
    for (const { team_id: teamId } of teams) {
      await runner.query(`select set_config('keelson.team_id', $1, true)`, [teamId]);
      await runner.query(`
        delete from keelson.risk_limits
         where scope <> 'account' or value is null or name not in ('max_notional', 'max_open_positions');
        delete from keelson.exposures where scope <> 'account';
        update keelson.exposures set maximum = 0 where maximum is null`);
    }
    await runner.query(`
      alter table keelson.risk_limits
        drop constraint risk_limits_pkey, drop column scope, drop column reason, drop column actor,
        alter column value set not null, add primary key (account_id, name),
        add constraint risk_limits_name_check check (name in ('max_notional', 'max_open_positions'));
      alter table keelson.exposures
        drop constraint exposures_pkey, drop constraint exposures_held_check, drop column scope,
        alter column maximum set not null, add primary key (account_id), add constraint exposures_held_check check (held >= 0);
    `);
  }
}
