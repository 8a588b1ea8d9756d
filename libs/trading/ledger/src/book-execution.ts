import type { Tx } from '@keelson/persistence';
import type { TradingDay } from '@keelson/market';
import { adjustExposure } from '@keelson/risk';
import { type Decimal, type Id, notional } from '@keelson/kernel';
import { cashBeforeFees, entryOf, movedBy } from './entry.ts';
import { type Book, type EntryKind, insertEntry } from './ledger.store.ts';
import type { EntryToTell } from './messages.ts';
import { averagePrice, execute, type PositionChange } from './position.ts';
import { writePosition } from './positions.store.ts';
import type { Booked } from './replay.ts';
import { relieve } from './relief.ts';
import { advance, type RoundTrip, type RoundTripChange } from './round-trip.ts';
import { addMovement, addOutcome } from './running-totals.ts';
import { noteTrades } from './trades.store.ts';

/** An execution on its way into the books. */
export interface ExecutionToBook extends Booked {
  readonly kind: EntryKind;
  /** The account's day of the execution. */
  readonly day: TradingDay;
  readonly reference?: string;
  /** What apply made its signal hold for it; its worth when absent. */
  readonly exposure?: Decimal | undefined;
}

/**
 * Posts the entry of an execution, moves the position and its round trips, and the totals that follow from them. The book
 * holds the new state afterwards, so that the next execution of the same transaction goes on from there.
 */
export function bookExecution(
  tx: Tx,
  book: Book,
  execution: ExecutionToBook,
): { entry: EntryToTell; trades: readonly RoundTripChange[] } {
  const change = execute(book.position, execution);
  const entry = post(tx, book, execution, change);
  move(tx, book, execution, change);
  const trades = advance(book.openTrade, change, execution);
  keep(tx, book, trades);
  return { entry, trades };
}

function post(tx: Tx, book: Book, execution: ExecutionToBook, change: PositionChange): EntryToTell {
  const { accountId, symbol, settlement } = book;
  const { entryId, kind, signalId, currency, fee, day, reference } = execution;
  const fillId = kind === 'fill' ? execution.fillId : undefined;
  const moved = movedBy(change);
  const entry = { entryId, accountId, kind, signalId, fillId, symbol, currency, execution, day, reference };
  insertEntry(tx, entry, entryOf(moved, { symbol, currency, settlement, fee }));
  // Exposure first, then the totals: the order in which every booking takes these two hot rows.
  moveExposure(tx, book, execution, change);
  const { realisedProfit } = change;
  const cash = cashBeforeFees(moved, settlement).minus(fee);
  addMovement(tx, accountId, { currency, day, cash, realisedProfit, fees: fee, fills: 1 });
  return { ...{ entryId, kind, accountId, symbol, currency, fillId, signalId }, ...moved, cash, fee };
}

/**
 * Apply has added what a fill is worth to what its signal holds. The cost of what it opened takes that place; the cost of
 * what it closed goes from whoever opened that.
 */
function moveExposure(tx: Tx, book: Book, execution: ExecutionToBook, change: PositionChange): void {
  const { kind, quantity, price, multiplier, signalId, entryId, exposure } = execution;
  const { accountId, symbol, openTrade } = book;
  const relief = relieve(book.relieved, change, execution);
  const openedCost = notional(change.opened, price, multiplier);
  const opened = openedCost.minus(relief.opened);
  const closed = change.before.cost.plus(openedCost).minus(change.after.cost).minus(relief.closed);
  const own = signalId ?? entryId;
  const opener = openTrade?.openedBy ?? own;
  const holds = (by: Id, held: Decimal) => adjustExposure(tx, { accountId, signalId: by, symbol }, { held });
  if (kind === 'fill') holds(own, (exposure ?? notional(quantity, price, multiplier)).negated());
  holds(change.closed.isZero() ? opener : own, opened);
  holds(opener, closed.negated());
  book.relieved = relief.after;
}

function move(tx: Tx, book: Book, { currency, multiplier, executedAt }: ExecutionToBook, change: PositionChange): void {
  book.position = change.after;
  writePosition(tx, book, { averagePrice: averagePrice(change.after, multiplier), currency, multiplier, executedAt });
  book.known = true;
}

function keep(tx: Tx, book: Book, changes: readonly RoundTripChange[]): void {
  if (changes.length === 0) return;
  noteTrades(
    tx,
    book,
    changes.map(({ trade }) => trade),
  );
  for (const { kind, trade } of changes) {
    book.openTrade = kind === 'closed' ? undefined : trade;
    if (kind === 'closed') noteOutcome(tx, book, trade);
  }
}

function noteOutcome(tx: Tx, { accountId }: Book, { strategy, tradeId, realisedProfit, fees }: RoundTrip): void {
  if (strategy !== undefined) addOutcome(tx, accountId, strategy, tradeId, realisedProfit.minus(fees));
}
