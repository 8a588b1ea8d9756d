import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an open spread holds of exposure is the most that it can lose, not what its legs cost together. */
export class RelieveSpreads implements MigrationInterface {
  readonly name = 'RelieveSpreads1763728920000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table keelson.positions add column relieved numeric(40,12) not null default 0;
      comment on column keelson.positions.relieved is 'by how much exposure holds less for it than its cost: of legs of spreads';

      create or replace function keelson.exposure_truth(wanted_account uuid, wanted_scope text)
        returns table (held numeric, reserved numeric)
        language plpgsql stable set search_path = keelson as $$
        declare
          of_team uuid := (select a.team_id from accounts a where a.account_id = wanted_account);
        begin
          return query
          select (select coalesce(sum(p.cost - p.relieved), 0)
                    from positions p
                    left join trades t on t.account_id = p.account_id and t.symbol = p.symbol
                                      and t.closed_at is null and t.voided_at is null
                   where p.account_id = wanted_account and p.quantity <> 0
                     and wanted_scope in ('account', 'symbol:' || p.symbol, 'strategy:' || t.strategy))
               + (select coalesce(sum(coalesce((w.payload->>'exposure')::numeric,
                                      (w.payload->>'quantity')::numeric * (w.payload->>'price')::numeric
                                      * (w.payload->>'multiplier')::numeric)), 0)
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
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create or replace function keelson.exposure_truth(wanted_account uuid, wanted_scope text)
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
      alter table keelson.positions drop column relieved;
    `);
  }
}
