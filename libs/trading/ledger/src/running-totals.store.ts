import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { Movement, StreakChange } from './running-totals.ts';

const ADD = sql(
  'ledger.add_totals',
  `with moved as materialized (
     select m.currency, booking_day($1, m.day) as trading_day, m.cash, m.profit, m.fees, m.fills
       from unnest($3::text[], $4::date[], $5::numeric[], $6::numeric[], $7::numeric[], $8::int[])
            as m (currency, day, cash, profit, fees, fills)),
   balance as (
     insert into balances as b (account_id, currency, team_id, cash)
     select $1, currency, $2, sum(cash) from moved group by currency order by currency
         on conflict (account_id, currency) do update set cash = b.cash + excluded.cash, updated_at = clock_timestamp()),
   day as (
     insert into account_days as d (account_id, trading_day, currency, team_id, realised_profit, fees, fills)
     select $1, trading_day, currency, $2, sum(profit), sum(fees), sum(fills) from moved
      where fills <> 0 or profit <> 0 or fees <> 0
      group by trading_day, currency order by trading_day, currency
         on conflict (account_id, trading_day, currency) do update
        set realised_profit = d.realised_profit + excluded.realised_profit, fees = d.fees + excluded.fees,
            fills = d.fills + excluded.fills, updated_at = clock_timestamp())
   insert into strategy_streaks as s (account_id, strategy, team_id, consecutive_losses, last_trade_id)
   select $1, e.strategy, $2, e.losses, e.trade_id
     from unnest($9::text[], $10::int[], $11::uuid[]) as e (strategy, losses, trade_id)
    order by e.strategy
       on conflict (account_id, strategy) do update
      set consecutive_losses = case when s.strategy = any($12::text[]) then 0 else s.consecutive_losses end
                             + excluded.consecutive_losses,
          last_trade_id = excluded.last_trade_id, updated_at = clock_timestamp()`,
);

/** Adds what a transaction moved to the totals of an account, in one statement. */
export function addTotals(
  tx: Tx,
  accountId: Id,
  movements: readonly Movement[],
  streaks: ReadonlyMap<string, StreakChange>,
): void {
  const ended = [...streaks];
  tx.execute(ADD, [
    ...[accountId, tx.teamId],
    movements.map(({ currency }) => currency),
    movements.map(({ day }) => day),
    movements.map(({ cash }) => cash.toFixed()),
    movements.map(({ realisedProfit }) => realisedProfit.toFixed()),
    movements.map(({ fees }) => fees.toFixed()),
    movements.map(({ fills }) => fills),
    ended.map(([strategy]) => strategy),
    ended.map(([, { losses }]) => losses),
    ended.map(([, { lastTradeId }]) => lastTradeId),
    ended.filter(([, { broken }]) => broken).map(([strategy]) => strategy),
  ]);
}

/** A streak is counted over this many trades at most. */
const LONGEST_STREAK = 200;

const RECOUNT = sql(
  'ledger.recount_streaks',
  `insert into strategy_streaks as s (account_id, strategy, team_id, consecutive_losses, last_trade_id)
   select $1, w.strategy, $2, c.losses, c.last_trade_id
     from unnest($3::text[]) as w (strategy)
    cross join lateral (
      select count(*) filter (where t.net < 0 and not t.won)::int as losses,
             (array_agg(t.trade_id order by t.closed_at desc, t.trade_id desc))[1] as last_trade_id
        from (select r.*, bool_or(r.net > 0) over (order by r.closed_at desc, r.trade_id desc) as won
                from (select trade_id, closed_at, realised_profit - fees as net from trades
                       where account_id = $1 and strategy = w.strategy and closed_at is not null and voided_at is null
                         and closed_at > coalesce((select counted_from from strategy_streaks
                                                    where account_id = $1 and strategy = w.strategy), '-infinity')
                       order by closed_at desc, trade_id desc limit ${LONGEST_STREAK}) r) t) c
    order by w.strategy
       on conflict (account_id, strategy) do update
      set consecutive_losses = excluded.consecutive_losses, last_trade_id = excluded.last_trade_id,
          updated_at = clock_timestamp()`,
);

/** Counts streaks from the trades as they stand, those before an operator's forgiveness left out. */
export function recountStreaks(tx: Tx, accountId: Id, strategies: readonly string[]): void {
  tx.execute(RECOUNT, [accountId, tx.teamId, strategies]);
}
