import type { Exits, Side } from '@keelson/contracts';
import { Decimal, type Id } from '@keelson/kernel';
import type { TradingDay } from '@keelson/market';
import { PerTransaction, sql, sqlOfRows, type Tx } from '@keelson/persistence';
import { type Posting, type Settlement, settlementOf } from './entry.ts';
import { FLAT, type Position } from './position.ts';
import type { RoundTrip } from './round-trip.ts';
import { TRADE_COLUMNS, type TradeColumns, roundTripOf } from './trades.store.ts';

/** The symbols of a signal are those of its orders: a spread has one per leg, and its own name is none of them. */
const TOUCHED = `cross join lateral (select distinct o.account_id, o.symbol from orders o where o.signal_id = n.signal_id) w`;

// In the order of accounts and symbols: signals that share a commit, here and elsewhere, lock the same rows.
const LOCK_POSITIONS = sqlOfRows(
  'ledger.lock_positions',
  { signal_id: 'uuid' },
  (rows) => `select n.at, p.symbol, p.quantity, p.cost, p.realised_profit, p.relieved
     from ${rows} ${TOUCHED}
     join positions p on p.account_id = w.account_id and p.symbol = w.symbol
    order by p.account_id, p.symbol
      for update of p`,
);
const OPEN_BOOKS = sqlOfRows(
  'ledger.open_books',
  { signal_id: 'uuid' },
  (rows) => `select n.at, w.symbol, w.account_id, k.kind, s.strategy, i.exits, ${TRADE_COLUMNS}
     from ${rows} ${TOUCHED}
     join signals s on s.signal_id = n.signal_id
     left join intents i on i.signal_id = n.signal_id
     left join instruments k on k.symbol = w.symbol
     left join trades t on t.account_id = w.account_id and t.symbol = w.symbol and t.closed_at is null`,
);

/** What booking an execution of one symbol needs; the position is locked, and with it the open trade. */
export interface Book {
  readonly accountId: Id;
  readonly symbol: string;
  readonly settlement: Settlement;
  position: Position;
  /** By how much exposure holds less for it than its cost, as legs of spreads bound its loss. */
  relieved: Decimal;
  /** False until the first fill of a symbol: its row is inserted then. */
  known: boolean;
  openTrade: RoundTrip | undefined;
}

/** The books that the fills of a signal may go to, by symbol, and what the signal says of them. */
export interface Books {
  readonly bySymbol: ReadonlyMap<string, Book>;
  readonly strategy: string | undefined;
  readonly exits: Exits | undefined;
}

interface PositionColumns {
  readonly symbol: string;
  readonly quantity: string;
  readonly cost: string;
  readonly realised_profit: string;
  readonly relieved: string;
}
interface BookRow extends TradeColumns {
  readonly symbol: string;
  readonly account_id: Id;
  readonly kind: string | null;
  readonly strategy: string;
  readonly exits: Exits | null;
}

/** The books that a transaction has read and locked, by account and symbol: signals that share it share them. */
const booksOf = new PerTransaction<Book>();

/** Locks the positions of a signal's orders, in the order of their symbols, and reads the open trades. */
export async function lockBooks(tx: Tx, signalId: Id): Promise<Books> {
  const [positions, rows] = await Promise.all([
    tx.queryRow<PositionColumns>(LOCK_POSITIONS, { signal_id: signalId }),
    tx.queryRow<BookRow>(OPEN_BOOKS, { signal_id: signalId }),
  ]);
  const books = rows.map((row) =>
    booksOf.get(tx, `${row.account_id}/${row.symbol}`, () =>
      bookOf(
        row,
        positions.find(({ symbol }) => symbol === row.symbol),
      ),
    ),
  );
  return {
    bySymbol: new Map(books.map((book) => [book.symbol, book])),
    strategy: rows[0]?.strategy,
    exits: rows[0]?.exits ?? undefined,
  };
}

function bookOf(row: BookRow, position: PositionColumns | undefined): Book {
  return {
    accountId: row.account_id,
    symbol: row.symbol,
    settlement: settlementOf(row.kind),
    position: position ? positionOf(position) : FLAT,
    relieved: new Decimal(position?.relieved ?? 0),
    known: position !== undefined,
    openTrade: row.trade_id === null ? undefined : roundTripOf(row),
  };
}

function positionOf(row: PositionColumns): Position {
  return {
    quantity: new Decimal(row.quantity),
    cost: new Decimal(row.cost),
    realisedProfit: new Decimal(row.realised_profit),
  };
}

const LOCK_ONE_POSITION = sql(
  'ledger.lock_position',
  'select symbol, quantity, cost, realised_profit, relieved from positions where account_id = $1 and symbol = $2 for update',
);
const OPEN_BOOK = sql(
  'ledger.open_book',
  `select w.symbol, w.account_id, k.kind, null as exits, ${TRADE_COLUMNS}
     from (values ($1::uuid, $2::text)) w (account_id, symbol)
     left join instruments k on k.symbol = w.symbol
     left join trades t on t.account_id = w.account_id and t.symbol = w.symbol and t.closed_at is null`,
);

/** Locks the book of one symbol, for what no signal asked for. */
export async function lockBook(tx: Tx, accountId: Id, symbol: string): Promise<Book> {
  const [[position], [row]] = await Promise.all([
    tx.query<PositionColumns>(LOCK_ONE_POSITION, [accountId, symbol]),
    tx.query<BookRow>(OPEN_BOOK, [accountId, symbol]),
  ]);
  return bookOf(row!, position);
}

export type EntryKind =
  'fill' | 'restatement' | 'deposit' | 'withdrawal' | 'conversion' | 'expiry' | 'assignment' | 'exercise' | 'delivery';

/** An entry to post. `execution` is what positions are replayed from; entries without one move no position of themselves. */
export interface NewEntry {
  readonly entryId: Id;
  readonly accountId: Id;
  readonly kind: EntryKind;
  readonly signalId?: Id | undefined;
  readonly fillId?: Id | undefined;
  readonly symbol?: string | undefined;
  readonly currency?: string | undefined;
  readonly execution?:
    | {
        readonly side: Side;
        readonly quantity: Decimal;
        readonly price: Decimal;
        readonly multiplier: Decimal;
        readonly fee: Decimal;
        readonly executedAt: string;
      }
    | undefined;
  /** The day it belongs to; it counts to the open one when that is closed. */
  readonly day: TradingDay;
  readonly reference?: string | undefined;
}

const INSERT_ENTRY = sqlOfRows(
  'ledger.insert_entry',
  {
    ...{ entry_id: 'uuid', team_id: 'uuid', account_id: 'uuid', kind: 'text', signal_id: 'uuid', fill_id: 'uuid' },
    ...{ symbol: 'text', currency: 'text', side: 'text', quantity: 'numeric', price: 'numeric', multiplier: 'numeric' },
    ...{ fee: 'numeric', executed_at: 'timestamptz', trading_day: 'date', reference: 'text' },
  },
  (
    rows,
  ) => `insert into entries (entry_id, team_id, account_id, kind, signal_id, fill_id, symbol, currency, side, quantity,
                        price, multiplier, fee, executed_at, trading_day, reference)
   select entry_id, team_id, account_id, kind, signal_id, fill_id, symbol, currency, side, quantity, price, multiplier, fee,
          executed_at, booking_day(account_id, trading_day), reference
     from ${rows}`,
);
// All postings of an entry in one statement: each must balance in its own.
const INSERT_POSTINGS = sqlOfRows(
  'ledger.insert_postings',
  {
    ...{ entry_id: 'uuid', line: 'int', team_id: 'uuid', ledger_account: 'text', currency: 'text', amount: 'numeric' },
  },
  (rows) => `insert into postings (entry_id, line, team_id, ledger_account, currency, amount)
   select entry_id, line, team_id, ledger_account, currency, amount from ${rows}`,
);

/** Posts an entry; a second one of the same id, or for the same fill, is refused by the keys. */
export function insertEntry(tx: Tx, entry: NewEntry, postings: readonly Posting[]): void {
  const { execution, entryId } = entry;
  tx.executeRows(INSERT_ENTRY, [
    {
      ...{ entry_id: entryId, team_id: tx.teamId!, account_id: entry.accountId, kind: entry.kind },
      ...{ signal_id: entry.signalId ?? null, fill_id: entry.fillId ?? null, symbol: entry.symbol ?? null },
      ...{ currency: entry.currency ?? null, side: execution?.side ?? null },
      quantity: execution?.quantity.toFixed() ?? null,
      price: execution?.price.toFixed() ?? null,
      multiplier: execution?.multiplier.toFixed() ?? null,
      fee: execution?.fee.toFixed() ?? null,
      ...{ executed_at: execution?.executedAt ?? null, trading_day: entry.day, reference: entry.reference ?? null },
    },
  ]);
  tx.executeRows(
    INSERT_POSTINGS,
    postings.map(({ ledgerAccount, currency, amount }, index) => ({
      ...{ entry_id: entryId, line: index + 1, team_id: tx.teamId!, ledger_account: ledgerAccount },
      ...{ currency, amount: amount.toFixed() },
    })),
  );
}

const REVERSE_ENTRY = sql(
  'ledger.reverse_entry',
  `with entry as (
     insert into entries (entry_id, team_id, account_id, kind, signal_id, symbol, currency, reverses, trading_day, reference)
     select $1, team_id, account_id, 'reversal', signal_id, symbol, currency, entry_id, booking_day(account_id, $3), $4
       from entries where entry_id = $2)
   insert into postings (entry_id, line, team_id, ledger_account, currency, amount)
   select $1, line, team_id, ledger_account, currency, -amount from postings where entry_id = $2`,
);

/** Posts the opposite of an entry. An entry is reversed once: a second time is refused by the key. */
export function reverseEntry(
  tx: Tx,
  reversal: { entryId: Id; reverses: Id; day: TradingDay; reference: string },
): void {
  tx.execute(REVERSE_ENTRY, [reversal.entryId, reversal.reverses, reversal.day, reversal.reference]);
}

const RESTATE_POSITION = sql(
  'ledger.restate_position',
  `update positions set quantity = $3, average_price = $4, cost = $5, realised_profit = $6, relieved = $7, restate_from = null,
                        updated_at = clock_timestamp()
    where account_id = $1 and symbol = $2`,
);

/** Writes a position that was replayed from its executions. */
export function restatePosition(tx: Tx, book: Book, averagePrice: Decimal): void {
  const { accountId, symbol, position, relieved } = book;
  tx.execute(RESTATE_POSITION, [
    ...[accountId, symbol, position.quantity.toFixed(), averagePrice.toFixed()],
    ...[position.cost.toFixed(), position.realisedProfit.toFixed(), relieved.toFixed()],
  ]);
}
