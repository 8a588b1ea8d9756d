import type { Decimal } from '@keelson/kernel';
import { PerTransaction, sqlOfRows, type Tx } from '@keelson/persistence';
import { isBefore } from './instant.ts';
import type { Book } from './ledger.store.ts';

const COLUMNS = {
  ...{ account_id: 'uuid', symbol: 'text', team_id: 'uuid', quantity: 'numeric', average_price: 'numeric' },
  ...{ cost: 'numeric', realised_profit: 'numeric', currency: 'text', multiplier: 'numeric', relieved: 'numeric' },
  ...{ first_at: 'timestamptz', last_at: 'timestamptz', late_from: 'timestamptz' },
};

const INSERT = sqlOfRows(
  'ledger.insert_position',
  COLUMNS,
  (
    rows,
  ) => `insert into positions (account_id, symbol, team_id, quantity, average_price, cost, realised_profit, currency,
                          multiplier, last_executed_at, relieved, restate_from)
   select account_id, symbol, team_id, quantity, average_price, cost, realised_profit, currency, multiplier, last_at, relieved,
          late_from
     from ${rows}`,
);
/** A fill executed before the last one leaves a mark, by which it is replayed before its day is closed. Of one instant, the order of booking holds. */
const UPDATE = sqlOfRows(
  'ledger.update_position',
  COLUMNS,
  (rows) => `update positions p
      set quantity = n.quantity, average_price = n.average_price, cost = n.cost, realised_profit = n.realised_profit,
          currency = n.currency, multiplier = n.multiplier, relieved = n.relieved,
          last_executed_at = greatest(p.last_executed_at, n.last_at),
          restate_from = least(p.restate_from, n.late_from, case when n.first_at < p.last_executed_at then n.first_at end),
          updated_at = clock_timestamp()
     from ${rows}
    where p.account_id = n.account_id and p.symbol = n.symbol and p.team_id = n.team_id`,
);

/** What a position is written with beside its figures. */
export interface PositionWrite {
  readonly averagePrice: Decimal;
  readonly currency: string;
  readonly multiplier: Decimal;
  readonly executedAt: string;
}

/** What the executions of a transaction leave of a position. */
interface Moved {
  readonly book: Book;
  readonly known: boolean;
  last: PositionWrite;
  firstAt: string;
  lastAt: string;
  /** The earliest execution that was booked behind a later one. */
  lateFrom: string | undefined;
}

/** By account and symbol. */
const movedIn = new PerTransaction<Moved>();

/**
 * Writes a position as its book stands at the end of the transaction, once for all of its executions. Two first fills at
 * once: the second insert fails on the key, and its transaction runs anew.
 */
export function writePosition(tx: Tx, book: Book, write: PositionWrite): void {
  const { executedAt } = write;
  const moved = movedIn.get(tx, `${book.accountId}/${book.symbol}`, () => {
    const first: Moved = {
      ...{ book, known: book.known, last: write, firstAt: executedAt, lastAt: executedAt, lateFrom: undefined },
    };
    tx.atEnd('gathered', () => tx.executeRows(first.known ? UPDATE : INSERT, [rowOf(tx, first)]));
    return first;
  });
  moved.last = write;
  if (isBefore(executedAt, moved.firstAt)) moved.firstAt = executedAt;
  if (isBefore(moved.lastAt, executedAt)) moved.lastAt = executedAt;
  else if (isBefore(executedAt, moved.lastAt) && (!moved.lateFrom || isBefore(executedAt, moved.lateFrom)))
    moved.lateFrom = executedAt;
}

function rowOf(tx: Tx, { book, last, firstAt, lastAt, lateFrom }: Moved) {
  const { accountId, symbol, position, relieved } = book;
  return {
    ...{ account_id: accountId, symbol, team_id: tx.teamId!, quantity: position.quantity.toFixed() },
    ...{ average_price: last.averagePrice.toFixed(), cost: position.cost.toFixed() },
    ...{ realised_profit: position.realisedProfit.toFixed(), currency: last.currency },
    ...{ multiplier: last.multiplier.toFixed(), relieved: relieved.toFixed() },
    ...{ first_at: firstAt, last_at: lastAt, late_from: lateFrom ?? null },
  };
}
