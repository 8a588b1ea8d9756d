import { Decimal, decimalText, deriveId, type Id } from '@keelson/kernel';
import { readQuotes, type TradingDay } from '@keelson/market';
import { sql, type Tx } from '@keelson/persistence';
import { settlementOf } from './entry.ts';
import { type Holding, pairsOf, type Portfolio, type Prices } from './valuation.ts';

/** What an account has, before anything is priced. */
export interface AccountHoldings {
  readonly accountId: Id;
  readonly currency: string;
  readonly balances: readonly { readonly currency: string; readonly cash: Decimal }[];
  readonly holdings: readonly Holding[];
}

const HOLDINGS = sql(
  'ledger.holdings',
  `select a.account_id, a.currency,
          (select coalesce(jsonb_agg(jsonb_build_object('currency', b.currency, 'cash', b.cash::text) order by b.currency), '[]')
             from balances b where b.account_id = a.account_id) as balances,
          (select coalesce(jsonb_agg(jsonb_build_object('symbol', p.symbol, 'quantity', p.quantity::text, 'cost', p.cost::text,
                    'currency', coalesce(p.currency, i.currency, a.currency), 'kind', i.kind,
                    'multiplier', coalesce(p.multiplier, i.multiplier, 1)::text) order by p.symbol), '[]')
             from positions p left join instruments i on i.symbol = p.symbol
            where p.account_id = a.account_id and p.quantity <> 0) as holdings
     from accounts a where $1::uuid is null or a.account_id = $1 order by a.account_id`,
);

interface HoldingsRow {
  readonly account_id: Id;
  readonly currency: string;
  readonly balances: readonly { currency: string; cash: string }[];
  readonly holdings: readonly {
    symbol: string;
    quantity: string;
    cost: string;
    currency: string;
    kind: string | null;
    multiplier: string;
  }[];
}

/** Cash and open positions of one account, or of all of the team. */
export async function readHoldings(tx: Tx, accountId?: Id): Promise<AccountHoldings[]> {
  const rows = await tx.query<HoldingsRow & Record<string, unknown>>(HOLDINGS, [accountId ?? null]);
  return rows.map((row) => ({
    accountId: row.account_id,
    currency: row.currency,
    balances: row.balances.map(({ currency, cash }) => ({ currency, cash: new Decimal(cash) })),
    holdings: row.holdings.map(({ symbol, quantity, cost, currency, kind, multiplier }) => ({
      ...{ symbol, currency, settlement: settlementOf(kind), realisedProfit: new Decimal(0) },
      quantity: new Decimal(quantity),
      cost: new Decimal(cost),
      multiplier: new Decimal(multiplier),
    })),
  }));
}

/** Last prices of all that some accounts hold, and of the pairs that turn it into their currency. */
export async function readPrices(tx: Tx, accounts: readonly AccountHoldings[]): Promise<Prices> {
  const symbols = accounts.flatMap(({ currency, balances, holdings }) => [
    ...holdings.map(({ symbol }) => symbol),
    ...pairsOf(
      [...balances, ...holdings].map((one) => one.currency),
      currency,
    ),
  ]);
  const quotes = await readQuotes(tx, [...new Set(symbols)]);
  return new Map([...quotes].map(([symbol, { last }]) => [symbol, new Decimal(last)]));
}

const INSERT = sql(
  'ledger.insert_snapshot',
  `insert into portfolio_snapshots (snapshot_id, team_id, account_id, taken_at, trading_day, currency, cash, positions_value,
                                    unrealised_profit, equity, unpriced)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
);

/** Keeps what an account was worth at an instant; once per account and instant. */
export function insertSnapshot(tx: Tx, accountId: Id, at: Date, day: TradingDay, portfolio: Portfolio): void {
  const { currency, cash, positionsValue, unrealisedProfit, equity, unpriced } = portfolio;
  tx.execute(INSERT, [
    ...[deriveId('snapshot', accountId, at.toISOString()), tx.teamId, accountId, at, day, currency],
    ...[cash, positionsValue, unrealisedProfit, equity].map(decimalText),
    unpriced,
  ]);
}

const WIDEN = sql(
  'ledger.widen_excursions',
  `update trades t
      set lowest_price = least(t.lowest_price, q.last), highest_price = greatest(t.highest_price, q.last),
          excursions_from = 'quotes'
     from quotes q
    where q.symbol = t.symbol and t.closed_at is null and q.at >= t.opened_at
      and (t.excursions_from = 'fills' or q.last < t.lowest_price or q.last > t.highest_price)`,
);

/** Lets open trades of the team see the last quotes; what they saw before stays. */
export function widenExcursions(tx: Tx): void {
  tx.execute(WIDEN);
}

const WIDEN_TO = sql(
  'ledger.widen_excursions_to',
  `update trades t
      set lowest_price = least(t.lowest_price, q.last), highest_price = greatest(t.highest_price, q.last),
          excursions_from = 'quotes'
     from unnest($2::text[], $3::numeric[]) as q (symbol, last)
    where t.account_id = $1 and q.symbol = t.symbol and t.closed_at is null`,
);

/** Lets open trades of an account see prices that are given. */
export function widenExcursionsTo(tx: Tx, accountId: Id, prices: Prices): void {
  tx.execute(WIDEN_TO, [accountId, [...prices.keys()], [...prices.values()].map(decimalText)]);
}

const SNAPSHOTS = sql(
  'ledger.snapshots',
  `select account_id as "accountId", taken_at as "takenAt", trading_day::text as "tradingDay", currency, cash::text as cash,
          positions_value::text as "positionsValue", unrealised_profit::text as "unrealisedProfit", equity::text as equity,
          unpriced
     from portfolio_snapshots
    where ($1::uuid is null or account_id = $1) and taken_at < coalesce($2::timestamptz, 'infinity')
    order by taken_at desc, account_id limit $3`,
);

/** A snapshot as it is read; decimal text. */
export interface SnapshotRow {
  readonly accountId: Id;
  readonly takenAt: Date;
  readonly tradingDay: TradingDay;
  readonly currency: string;
  readonly cash: string;
  readonly positionsValue: string;
  readonly unrealisedProfit: string;
  readonly equity: string;
  readonly unpriced: readonly string[];
}

/** Snapshots of the team, newest first. */
export function readSnapshots(
  tx: Tx,
  { accountId, before, limit }: { accountId?: Id | undefined; before?: Date | undefined; limit: number },
): Promise<SnapshotRow[]> {
  return tx.query<SnapshotRow & Record<string, unknown>>(SNAPSHOTS, [accountId ?? null, before ?? null, limit]);
}
