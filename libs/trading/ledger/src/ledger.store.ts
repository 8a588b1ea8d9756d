import type { Exits, Side } from '@keelson/contracts';
import { Decimal, type Id } from '@keelson/kernel';
import type { TradingDay } from '@keelson/market';
import { PerTransaction, sql, type Tx } from '@keelson/persistence';
import { type Posting, type Settlement, settlementOf } from './entry.ts';
import { FLAT, type Position } from './position.ts';
import type { RoundTrip } from './round-trip.ts';
import { TRADE_COLUMNS, type TradeColumns, roundTripOf } from './trades.store.ts';

/** The symbols of a signal are those of its orders: a spread has one per leg, and its own name is none of them. */
const LOCK_POSITIONS = sql(
  'ledger.lock_positions',
  `select p.symbol, p.quantity, p.cost, p.realised_profit, p.relieved from positions p
    where (p.account_id, p.symbol) in (select o.account_id, o.symbol from orders o where o.signal_id = $1)
    order by p.symbol
      for update`,
);
const LOCK_POSITIONS_TOGETHER = sql(
  'ledger.lock_positions_together',
  `select from positions p
    where (p.account_id, p.symbol) in (select o.account_id, o.symbol from orders o where o.signal_id = any($1::uuid[]))
    order by p.account_id, p.symbol
      for update`,
);
const OPEN_BOOKS = sql(
  'ledger.open_books',
  `select w.symbol, w.account_id, k.kind, s.strategy, i.exits, ${TRADE_COLUMNS}
     from (select distinct o.account_id, o.symbol from orders o where o.signal_id = $1) w
     join signals s on s.signal_id = $1
     left join intents i on i.signal_id = $1
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

/** Locks the positions of several signals' orders, in the order of accounts and symbols. */
export function lockPositions(tx: Tx, signalIds: readonly Id[]): void {
  tx.execute(LOCK_POSITIONS_TOGETHER, [signalIds]);
}

/** The books that a transaction has read and locked, by account and symbol: signals that share it share them. */
const booksOf = new PerTransaction<Book>();

/** Locks the positions of a signal's orders, in the order of their symbols, and reads the open trades. */
export async function lockBooks(tx: Tx, signalId: Id): Promise<Books> {
  const [positions, rows] = await Promise.all([
    tx.query<PositionColumns>(LOCK_POSITIONS, [signalId]),
    tx.query<BookRow>(OPEN_BOOKS, [signalId]),
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

const INSERT_ENTRY = sql(
  'ledger.insert_entry',
  `with entry as (
     insert into entries (entry_id, team_id, account_id, kind, signal_id, fill_id, symbol, currency, side, quantity, price,
                          multiplier, fee, executed_at, trading_day, reference)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, booking_day($3, $15), $16))
   insert into postings (entry_id, line, team_id, ledger_account, currency, amount)
   select $1, line, $2, ledger_account, currency, amount
     from unnest($17::text[], $18::text[], $19::numeric[]) with ordinality as p (ledger_account, currency, amount, line)`,
);

/** Posts an entry; a second one of the same id, or for the same fill, is refused by the keys. */
export function insertEntry(tx: Tx, entry: NewEntry, postings: readonly Posting[]): void {
  const { execution } = entry;
  tx.execute(INSERT_ENTRY, [
    ...[entry.entryId, tx.teamId, entry.accountId, entry.kind, entry.signalId ?? null, entry.fillId ?? null],
    ...[entry.symbol ?? null, entry.currency ?? null, execution?.side ?? null],
    ...[execution?.quantity, execution?.price, execution?.multiplier, execution?.fee].map(
      (it) => it?.toFixed() ?? null,
    ),
    ...[execution?.executedAt ?? null, entry.day, entry.reference ?? null],
    postings.map((posting) => posting.ledgerAccount),
    postings.map((posting) => posting.currency),
    postings.map((posting) => posting.amount.toFixed()),
  ]);
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

const INSERT_POSITION = sql(
  'ledger.insert_position',
  `insert into positions (account_id, symbol, team_id, quantity, average_price, cost, realised_profit, currency, multiplier,
                          last_executed_at, relieved)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);
/** A fill executed before the last one leaves a mark, by which it is replayed before its day is closed. Of one instant, the order of booking holds. */
const UPDATE_POSITION = sql(
  'ledger.update_position',
  `update positions
      set quantity = $4, average_price = $5, cost = $6, realised_profit = $7, currency = $8, multiplier = $9,
          relieved = $11, last_executed_at = greatest(last_executed_at, $10),
          restate_from = case when $10 < last_executed_at then least(restate_from, $10) else restate_from end,
          updated_at = clock_timestamp()
    where account_id = $1 and symbol = $2 and team_id = $3`,
);

/** What a position is written with beside its figures. */
export interface PositionWrite {
  readonly averagePrice: Decimal;
  readonly currency: string;
  readonly multiplier: Decimal;
  readonly executedAt: string;
}

/** Writes a position. Two first fills at once: the second insert fails on the key, and its transaction runs anew. */
export function writePosition(tx: Tx, book: Book, write: PositionWrite): void {
  const { accountId, symbol, known, position, relieved } = book;
  const { averagePrice, currency, multiplier, executedAt } = write;
  tx.execute(known ? UPDATE_POSITION : INSERT_POSITION, [
    ...[accountId, symbol, tx.teamId, position.quantity.toFixed(), averagePrice.toFixed()],
    ...[position.cost.toFixed(), position.realisedProfit.toFixed(), currency, multiplier.toFixed(), executedAt],
    relieved.toFixed(),
  ]);
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
