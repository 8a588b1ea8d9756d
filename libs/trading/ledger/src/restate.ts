import type { Message } from '@keelson/contracts';
import { type Decimal, deriveId, type Id, ZERO } from '@keelson/kernel';
import type { TradingDay } from '@keelson/market';
import { insertMessage } from '@keelson/messaging';
import { type Database, sql, type Tx } from '@keelson/persistence';
import { adjustExposure } from '@keelson/risk';
import { accountDay } from './account-day.ts';
import { cashBeforeFees, entryOf, type Moved } from './entry.ts';
import { readHistory } from './history.store.ts';
import { type Book, insertEntry, lockBook, restatePosition } from './ledger.store.ts';
import { posted, told } from './messages.ts';
import { averagePrice, type Position, signedCost } from './position.ts';
import { reliefAfterReplay } from './relief.ts';
import { rebuild, type Rebuilt } from './rebuild.ts';
import type { Booked } from './replay.ts';
import type { RoundTrip } from './round-trip.ts';
import { addMovement, recountStreak } from './running-totals.ts';
import { restateTrades, voidTrades } from './trades.store.ts';

/** A symbol's books before they are set to what its executions come to. */
export interface ToRebuild {
  readonly teamId: Id;
  readonly book: Book;
  /** Every execution that counts, in the order of execution. */
  readonly remaining: readonly Booked[];
  readonly trades: readonly RoundTrip[];
  /** What the entries of the symbol add up to. */
  readonly booked: Moved;
  /** What it is done for: the entry of a reversal, or the command's own id. */
  readonly cause: Id;
  readonly day: TradingDay;
  readonly signalId?: Id | undefined;
  readonly currency: string;
  readonly multiplier: Decimal;
}

/** Sets position, trades, exposure and totals to what the executions come to, and posts the difference of the entries. */
export function applyRebuild(tx: Tx, of: ToRebuild): readonly Message[] {
  const { teamId, book, cause, signalId } = of;
  const before = book.position;
  const owner = book.openTrade?.openedBy ?? signalId ?? cause;
  const rebuilt = rebuild(of.remaining, of.trades, of.booked);
  const held = (position: Position) => position.cost.minus(book.relieved);
  const heldBefore = held(before);
  book.relieved = reliefAfterReplay(book.relieved, before, rebuilt.position);
  book.position = rebuilt.position;
  book.openTrade = rebuilt.openTrade;
  restatePosition(tx, book, averagePrice(rebuilt.position, of.multiplier));
  writeChangedTrades(tx, book, rebuilt);
  const { accountId, symbol } = book;
  adjustExposure(tx, { accountId, signalId: owner, symbol }, { held: held(rebuilt.position).minus(heldBefore) });
  const restatement = postRestatement(tx, of, rebuilt.restated);
  const place = { accountId, symbol, signalId };
  return [
    ...restatement,
    ...rebuilt.voided.map((trade) => told(teamId, place, cause, { kind: 'updated', trade }, true)),
    ...rebuilt.changed.map((trade) => {
      const known = of.trades.some(({ tradeId }) => tradeId === trade.tradeId);
      const kind = trade.closedAt ? ('closed' as const) : known ? ('updated' as const) : ('created' as const);
      return told(teamId, place, cause, { kind, trade });
    }),
  ];
}

function writeChangedTrades(tx: Tx, book: Book, { changed, voided }: Rebuilt): void {
  if (voided.length > 0)
    voidTrades(
      tx,
      voided.map(({ tradeId }) => tradeId),
    );
  if (changed.length > 0) restateTrades(tx, book, changed);
  const ended = [...changed, ...voided].filter(({ strategy }) => strategy !== undefined);
  for (const { strategy } of ended) recountStreak(tx, book.accountId, strategy!);
}

/** Nothing is executed by it: cost becomes profit or the other way round, and with margined instruments cash follows. */
function postRestatement(tx: Tx, of: ToRebuild, moved: Moved): readonly Message[] {
  const { book, cause, day, signalId, currency, teamId } = of;
  const { accountId, symbol, settlement } = book;
  const postings = entryOf(moved, { symbol, currency, settlement, fee: ZERO });
  if (postings.length === 0) return [];
  const entryId = deriveId('restatement', cause, symbol);
  const kind = 'restatement' as const;
  insertEntry(tx, { entryId, accountId, kind, signalId, symbol, currency, day, reference: cause }, postings);
  const cash = cashBeforeFees(moved, settlement);
  addMovement(tx, accountId, { currency, day, cash, realisedProfit: moved.realisedProfit, fees: ZERO, fills: 0 });
  return [posted(teamId, { entryId, kind, accountId, symbol, currency, signalId, ...moved, cash, fee: ZERO })];
}

const DUE = sql(
  'ledger.positions_to_restate',
  `select symbol, to_char(restate_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as since, updated_at::text as version
     from positions where account_id = $1 and restate_from is not null order by symbol`,
);

/**
 * Replays the symbols of an account whose fills were booked in another order than they were executed in, each in a
 * transaction of its own. Harmless to repeat. Returns what is told of it, which waits in the outbox for publish.
 */
export async function restateAccount(database: Database, teamId: Id, accountId: Id): Promise<readonly Message[]> {
  const due = await database.transaction(teamId, (tx) =>
    tx.query<{ symbol: string; since: string; version: string }>(DUE, [accountId]),
  );
  const messages: Message[] = [];
  for (const { symbol, since, version } of due) {
    const cause = deriveId('restate', accountId, symbol, version);
    const run = (tx: Tx) => restateSymbol(tx, { teamId, accountId, symbol, since, cause });
    messages.push(...(await database.transaction(teamId, run)));
  }
  return messages;
}

async function restateSymbol(
  tx: Tx,
  of: { teamId: Id; accountId: Id; symbol: string; since: string; cause: Id },
): Promise<readonly Message[]> {
  const book = await lockBook(tx, of.accountId, of.symbol);
  const history = await readHistory(tx, of.accountId, of.symbol);
  const remaining = history.entries.filter(({ reversed }) => !reversed);
  const [any] = history.entries;
  if (!any) return [];
  const { currency, multiplier } = any;
  const { position } = book;
  const booked = { cost: signedCost(position), realisedProfit: position.realisedProfit };
  const { teamId, cause } = of;
  const day = accountDay(of.since);
  const { trades } = history;
  const messages = applyRebuild(tx, { teamId, book, remaining, trades, booked, cause, day, currency, multiplier });
  // No signal is at work here: the screens are told by whoever sweeps the outbox next.
  for (const message of messages) insertMessage(tx, message, 'publish', book.openTrade?.openedBy ?? cause);
  return messages;
}
