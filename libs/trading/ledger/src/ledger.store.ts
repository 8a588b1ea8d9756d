import { Decimal, type Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { Posting } from './entry.ts';
import { FLAT, type Position } from './position.ts';
import type { RoundTrip } from './round-trip.ts';

const LOCK_POSITION = sql(
  'ledger.lock_position',
  `select p.quantity, p.cost, p.realised_profit from positions p
    where (p.account_id, p.symbol) = (select s.account_id, s.symbol from signals s where s.signal_id = $1)
      for update`,
);
const OPEN_TRADE = sql(
  'ledger.open_trade',
  `select t.trade_id, t.direction, t.quantity, t.entry_price, t.exit_price, t.exit_quantity, t.realised_profit, t.opened_by,
          t.opened_at
     from trades t
    where (t.account_id, t.symbol) = (select s.account_id, s.symbol from signals s where s.signal_id = $1)
      and t.closed_at is null`,
);

/** What booking a fill needs; the position is locked, and with it the open trade. */
export interface Book {
  position: Position;
  /** False until the first fill of a symbol: its row is inserted then. */
  known: boolean;
  openTrade: RoundTrip | undefined;
}

interface TradeRow {
  readonly trade_id: Id;
  readonly direction: 'long' | 'short';
  readonly quantity: string;
  readonly entry_price: string;
  readonly exit_price: string | null;
  readonly exit_quantity: string;
  readonly realised_profit: string;
  readonly opened_by: Id;
  readonly opened_at: Date;
}

export async function lockBook(tx: Tx, signalId: Id): Promise<Book> {
  const [[position], [trade]] = await Promise.all([
    tx.query<{ quantity: string; cost: string; realised_profit: string }>(LOCK_POSITION, [signalId]),
    tx.query<TradeRow>(OPEN_TRADE, [signalId]),
  ]);
  return {
    known: position !== undefined,
    position: position
      ? {
          quantity: new Decimal(position.quantity),
          cost: new Decimal(position.cost),
          realisedProfit: new Decimal(position.realised_profit),
        }
      : FLAT,
    openTrade: trade && tradeOf(trade),
  };
}

function tradeOf(row: TradeRow): RoundTrip {
  return {
    tradeId: row.trade_id,
    direction: row.direction,
    quantity: new Decimal(row.quantity),
    entryPrice: new Decimal(row.entry_price),
    exitPrice: row.exit_price === null ? undefined : new Decimal(row.exit_price),
    exitQuantity: new Decimal(row.exit_quantity),
    realisedProfit: new Decimal(row.realised_profit),
    openedBy: row.opened_by,
    openedAt: row.opened_at.toISOString(),
    closedAt: undefined,
  };
}

const INSERT_ENTRY = sql(
  'ledger.insert_entry',
  `with entry as (
     insert into entries (entry_id, team_id, account_id, signal_id, fill_id) values ($1, $2, $3, $4, $5))
   insert into postings (entry_id, line, team_id, ledger_account, currency, amount)
   select $1, line, $2, ledger_account, currency, amount
     from unnest($6::text[], $7::text[], $8::numeric[]) with ordinality as p (ledger_account, currency, amount, line)`,
);

/** Posts an entry; a second one for the same fill is refused by the key. */
export function insertEntry(
  tx: Tx,
  entry: { entryId: Id; accountId: Id; signalId: Id; fillId: Id },
  postings: readonly Posting[],
): void {
  tx.execute(INSERT_ENTRY, [
    ...[entry.entryId, tx.teamId, entry.accountId, entry.signalId, entry.fillId],
    postings.map((posting) => posting.ledgerAccount),
    postings.map((posting) => posting.currency),
    postings.map((posting) => posting.amount.toFixed()),
  ]);
}

const INSERT_POSITION = sql(
  'ledger.insert_position',
  `insert into positions (account_id, symbol, team_id, quantity, average_price, cost, realised_profit)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);
const UPDATE_POSITION = sql(
  'ledger.update_position',
  `update positions set quantity = $4, average_price = $5, cost = $6, realised_profit = $7, updated_at = clock_timestamp()
    where account_id = $1 and symbol = $2 and team_id = $3`,
);

/** Writes a position. Two first fills at once: the second insert fails on the key, and its transaction runs anew. */
export function writePosition(
  tx: Tx,
  of: { accountId: Id; symbol: string; known: boolean },
  position: Position,
  averagePrice: Decimal,
): void {
  tx.execute(of.known ? UPDATE_POSITION : INSERT_POSITION, [
    ...[of.accountId, of.symbol, tx.teamId, position.quantity.toFixed(), averagePrice.toFixed()],
    ...[position.cost.toFixed(), position.realisedProfit.toFixed()],
  ]);
}

const INSERT_TRADE = sql(
  'ledger.insert_trade',
  `insert into trades (trade_id, team_id, account_id, symbol, direction, quantity, entry_price, opened_by, opened_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);
const UPDATE_TRADE = sql(
  'ledger.update_trade',
  `update trades set quantity = $2, entry_price = $3, exit_price = $4, exit_quantity = $5, realised_profit = $6, closed_at = $7
    where trade_id = $1`,
);

export function insertTrade(tx: Tx, of: { accountId: Id; symbol: string }, trade: RoundTrip): void {
  tx.execute(INSERT_TRADE, [
    ...[trade.tradeId, tx.teamId, of.accountId, of.symbol, trade.direction, trade.quantity.toFixed()],
    ...[trade.entryPrice.toFixed(), trade.openedBy, trade.openedAt],
  ]);
}

export function updateTrade(tx: Tx, trade: RoundTrip): void {
  tx.execute(UPDATE_TRADE, [
    ...[trade.tradeId, trade.quantity.toFixed(), trade.entryPrice.toFixed(), trade.exitPrice?.toFixed() ?? null],
    ...[trade.exitQuantity.toFixed(), trade.realisedProfit.toFixed(), trade.closedAt ?? null],
  ]);
}
