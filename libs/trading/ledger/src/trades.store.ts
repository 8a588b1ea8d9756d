import { Decimal, type Id } from '@keelson/kernel';
import { PerTransaction, sql, type Tx } from '@keelson/persistence';
import type { RoundTrip } from './round-trip.ts';

/** The columns of `trades t` that make a round trip. Times as text: a Date would lose their microseconds. */
export const TRADE_COLUMNS = `t.trade_id, t.direction, t.quantity as entered, t.entry_price, t.exit_price, t.exit_quantity,
          t.realised_profit, t.fees, t.currency as trade_currency, t.multiplier as trade_multiplier, t.initial_risk,
          t.stop_price, t.lowest_price, t.highest_price, t.strategy as trade_strategy, t.opened_by,
          to_char(t.opened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as opened_at,
          to_char(t.closed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as closed_at`;

export interface TradeColumns {
  readonly trade_id: Id | null;
  readonly direction: 'long' | 'short';
  readonly entered: string;
  readonly entry_price: string;
  readonly exit_price: string | null;
  readonly exit_quantity: string;
  readonly realised_profit: string;
  readonly fees: string;
  readonly trade_currency: string | null;
  readonly trade_multiplier: string;
  readonly initial_risk: string | null;
  readonly stop_price: string | null;
  readonly lowest_price: string | null;
  readonly highest_price: string | null;
  readonly trade_strategy: string | null;
  readonly opened_by: Id | null;
  readonly opened_at: string;
  readonly closed_at: string | null;
}

export function roundTripOf(row: TradeColumns): RoundTrip {
  const optional = (text: string | null) => (text === null ? undefined : new Decimal(text));
  const entryPrice = new Decimal(row.entry_price);
  return {
    tradeId: row.trade_id!,
    direction: row.direction,
    quantity: new Decimal(row.entered),
    entryPrice,
    exitPrice: optional(row.exit_price),
    exitQuantity: new Decimal(row.exit_quantity),
    realisedProfit: new Decimal(row.realised_profit),
    fees: new Decimal(row.fees),
    currency: row.trade_currency ?? '',
    multiplier: new Decimal(row.trade_multiplier),
    initialRisk: optional(row.initial_risk),
    stopPrice: optional(row.stop_price),
    lowestPrice: optional(row.lowest_price) ?? entryPrice,
    highestPrice: optional(row.highest_price) ?? entryPrice,
    strategy: row.trade_strategy ?? undefined,
    openedBy: row.opened_by ?? undefined,
    openedAt: row.opened_at,
    closedAt: row.closed_at ?? undefined,
  };
}

/** What quotes have shown since the row was read stays: the extremes only ever widen, but for a replay of fills alone. */
const WRITE = sql(
  'ledger.write_trades',
  `insert into trades as t (trade_id, team_id, account_id, symbol, direction, quantity, entry_price, exit_price, exit_quantity,
                            realised_profit, fees, currency, multiplier, initial_risk, stop_price, lowest_price, highest_price,
                            strategy, opened_by, opened_at, closed_at)
   select w.trade_id, $1, w.account_id, w.symbol, w.direction, w.quantity, w.entry_price, w.exit_price, w.exit_quantity, w.realised_profit,
          w.fees, w.currency, w.multiplier, w.initial_risk, w.stop_price, w.lowest_price, w.highest_price, w.strategy,
          w.opened_by, w.opened_at, w.closed_at
     from jsonb_to_recordset($2::jsonb) as w (trade_id uuid, account_id uuid, symbol text, direction text, quantity numeric, entry_price numeric,
            exit_price numeric, exit_quantity numeric, realised_profit numeric, fees numeric, currency text,
            multiplier numeric, initial_risk numeric, stop_price numeric, lowest_price numeric, highest_price numeric,
            strategy text, opened_by uuid, opened_at timestamptz, closed_at timestamptz)
    order by w.closed_at nulls last, w.opened_at
       on conflict (trade_id) do update
      set direction = excluded.direction, quantity = excluded.quantity, entry_price = excluded.entry_price,
          exit_price = excluded.exit_price, exit_quantity = excluded.exit_quantity,
          realised_profit = excluded.realised_profit, fees = excluded.fees, initial_risk = excluded.initial_risk,
          stop_price = excluded.stop_price, strategy = excluded.strategy, opened_by = excluded.opened_by,
          lowest_price = case when t.excursions_from = 'quotes' or not $3 then least(t.lowest_price, excluded.lowest_price)
                              else excluded.lowest_price end,
          highest_price = case when t.excursions_from = 'quotes' or not $3 then greatest(t.highest_price, excluded.highest_price)
                               else excluded.highest_price end,
          opened_at = excluded.opened_at, closed_at = excluded.closed_at, voided_at = null`,
);

/** Whose round trips they are. */
interface Place {
  readonly accountId: Id;
  readonly symbol: string;
}

/** Writes round trips of a symbol that were counted anew from all fills, so their extremes may narrow. */
export function restateTrades(tx: Tx, place: Place, trades: readonly RoundTrip[]): void {
  tx.execute(WRITE, [tx.teamId, JSON.stringify(trades.map((trade) => columnsOf(place, trade))), true]);
}

/** The round trips that a transaction has moved, by id, each as it stands now. */
const movedIn = new PerTransaction<Map<Id, ReturnType<typeof columnsOf>>>();

/** Writes round trips as executions have moved them: once, at the end of the transaction, for all of its executions. */
export function noteTrades(tx: Tx, place: Place, trades: readonly RoundTrip[]): void {
  const moved = movedIn.get(tx, '', () => {
    const all = new Map<Id, ReturnType<typeof columnsOf>>();
    tx.atEnd('gathered', () => tx.execute(WRITE, [tx.teamId, JSON.stringify([...all.values()]), false]));
    return all;
  });
  for (const trade of trades) moved.set(trade.tradeId, columnsOf(place, trade));
}

function columnsOf({ accountId, symbol }: Place, trade: RoundTrip) {
  return {
    ...{ trade_id: trade.tradeId, account_id: accountId, symbol, direction: trade.direction, quantity: trade.quantity },
    ...{ entry_price: trade.entryPrice, exit_price: trade.exitPrice, exit_quantity: trade.exitQuantity },
    ...{ realised_profit: trade.realisedProfit, fees: trade.fees, currency: trade.currency },
    ...{ multiplier: trade.multiplier, initial_risk: trade.initialRisk, stop_price: trade.stopPrice },
    ...{ lowest_price: trade.lowestPrice, highest_price: trade.highestPrice, strategy: trade.strategy },
    ...{ opened_by: trade.openedBy, opened_at: trade.openedAt, closed_at: trade.closedAt },
  };
}

const VOID = sql(
  'ledger.void_trades',
  `update trades set voided_at = clock_timestamp(), closed_at = coalesce(closed_at, clock_timestamp())
    where trade_id = any($1)`,
);

/** Marks round trips of which nothing is left. Before others are written: an account has one open trade per symbol. */
export function voidTrades(tx: Tx, tradeIds: readonly Id[]): void {
  tx.execute(VOID, [tradeIds]);
}
