import type { Message, OrderFilled } from '@keelson/contracts';
import { Decimal, deriveId, type Id, invariant, ZERO } from '@keelson/kernel';
import type { StepHandler, StepWork } from '@keelson/messaging';
import { accountDay } from './account-day.ts';
import { bookExecution, type ExecutionToBook } from './book-execution.ts';
import { bust } from './bust.ts';
import { type History, readBustedHistories } from './history.store.ts';
import { type Books, lockBooks } from './ledger.store.ts';
import { posted, told } from './messages.ts';
import { stopPriceOf } from './stop-price.ts';

interface BookContext extends Books {
  /** Of the symbols that a bust may touch; empty in a commit that begins elsewhere, where no bust is handled. */
  readonly histories: ReadonlyMap<string, History>;
}

const NO_HISTORY: ReadonlyMap<string, History> = new Map();

/**
 * Step book: each fill becomes one entry whose postings balance, moves the position of its symbol, and opens or closes a
 * round trip. An execution that the venue takes back is reversed, and what is left is replayed: that needs the history of
 * its symbol, which only a commit that begins with book has read.
 */
export const book: StepHandler<BookContext> = {
  step: 'book',
  alone: ['order.fill_busted'],

  async prefetch(tx, signalId, start) {
    const [books, histories] = await Promise.all([
      lockBooks(tx, signalId),
      start === 'book' ? readBustedHistories(tx, signalId) : NO_HISTORY,
    ]);
    return { ...books, histories };
  },

  handle(message, context, work) {
    if (message.type === 'order.fill_busted') return bust(message, context, work);
    invariant(message.type === 'order.filled', 'Step book consumes order.filled and order.fill_busted');
    return bookFill(message, context, work);
  },
};

function bookFill(
  { teamId, payload: fill }: Message<'order.filled'>,
  context: BookContext,
  { tx }: StepWork,
): readonly Message[] {
  const book = context.bySymbol.get(fill.symbol);
  invariant(book, `Signal ${fill.signalId} has an order in ${fill.symbol}`);
  const entryId = deriveId('entry', fill.fillId);
  const { entry, trades } = bookExecution(tx, book, executionOf(fill, context, entryId));
  return [posted(teamId, entry), ...trades.map((trade) => told(teamId, fill, fill.fillId, trade))];
}

function executionOf(fill: OrderFilled, { strategy, exits }: Books, entryId: Id): ExecutionToBook {
  const price = new Decimal(fill.price);
  return {
    ...{ entryId, kind: 'fill', fillId: fill.fillId, signalId: fill.signalId, strategy, side: fill.side, price },
    quantity: new Decimal(fill.quantity),
    multiplier: new Decimal(fill.multiplier),
    currency: fill.currency,
    fee: fill.fee === undefined ? ZERO : new Decimal(fill.fee),
    exposure: fill.exposure === undefined ? undefined : new Decimal(fill.exposure),
    stopPrice: stopPriceOf(exits, fill.side, price),
    executedAt: fill.executedAt,
    day: accountDay(fill.executedAt),
  };
}
