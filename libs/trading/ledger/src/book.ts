import type { Message, OrderFilled, Trade } from '@keelson/contracts';
import { Decimal, decimalText, deriveId, type Id, invariant, notional } from '@keelson/kernel';
import type { StepHandler, StepWork } from '@keelson/messaging';
import { adjustExposure } from '@keelson/risk';
import { entryOf } from './entry.ts';
import { insertEntry, insertTrade, lockBook, updateTrade, writePosition, type Book } from './ledger.store.ts';
import { averagePrice, execute, type PositionChange } from './position.ts';
import { advance, type RoundTripChange } from './round-trip.ts';

/** Step book: each fill becomes one entry whose postings balance, moves the position, and opens or closes a round trip. */
export const book: StepHandler<Book> = {
  step: 'book',

  prefetch: lockBook,

  handle(message, context, work) {
    invariant(message.type === 'order.filled', 'Step book consumes order.filled');
    const fill = message.payload;
    const price = new Decimal(fill.price);
    const quantity = new Decimal(fill.quantity);
    const multiplier = new Decimal(fill.multiplier);
    const change = execute(context.position, { side: fill.side, quantity, price, multiplier });
    const entryId = post(fill, change, work);
    move(fill, change, context, work);
    const trades = advance(context.openTrade, change, {
      fillId: fill.fillId,
      signalId: fill.signalId,
      price,
      executedAt: fill.executedAt,
    });
    for (const trade of trades) keep(fill, trade, context, work);
    return [posted(message.teamId, fill, change, entryId), ...trades.map((trade) => told(message.teamId, fill, trade))];
  },
};

/** What the account pays (negative) or gets for a fill. */
function cashOf(fill: OrderFilled): Decimal {
  const worth = notional(new Decimal(fill.quantity), new Decimal(fill.price), new Decimal(fill.multiplier));
  return fill.side === 'buy' ? worth.negated() : worth;
}

function post(fill: OrderFilled, change: PositionChange, { tx }: StepWork): Id {
  const entryId = deriveId('entry', fill.fillId);
  const postings = entryOf(change, fill.symbol, cashOf(fill), fill.currency);
  insertEntry(tx, { entryId, accountId: fill.accountId, signalId: fill.signalId, fillId: fill.fillId }, postings);
  return entryId;
}

/** Moves the position, and the exposure from the fill's worth (what apply converted) to the change of the position's cost. */
function move(fill: OrderFilled, { before, after }: PositionChange, context: Book, { tx }: StepWork): void {
  const { accountId, symbol } = fill;
  writePosition(
    tx,
    { accountId, symbol, known: context.known },
    after,
    averagePrice(after, new Decimal(fill.multiplier)),
  );
  adjustExposure(tx, accountId, { held: after.cost.minus(before.cost).minus(cashOf(fill).abs()) });
  context.position = after;
  context.known = true;
}

function keep(fill: OrderFilled, { kind, trade }: RoundTripChange, context: Book, { tx }: StepWork): void {
  if (kind === 'created') insertTrade(tx, fill, trade);
  else updateTrade(tx, trade);
  context.openTrade = kind === 'closed' ? undefined : trade;
}

function posted(teamId: Id, fill: OrderFilled, change: PositionChange, entryId: Id): Message<'entry.posted'> {
  const { fillId, signalId, accountId, symbol } = fill;
  return {
    id: deriveId('entry.posted', fillId),
    type: 'entry.posted',
    teamId,
    key: fillId,
    payload: {
      ...{ entryId, fillId, signalId, accountId, symbol },
      currency: fill.currency,
      cash: decimalText(cashOf(fill)),
      realisedProfit: decimalText(change.realisedProfit),
    },
  };
}

function told(
  teamId: Id,
  fill: OrderFilled,
  { kind, trade }: RoundTripChange,
): Message<'trade.created' | 'trade.updated' | 'trade.closed'> {
  const payload: Trade = {
    tradeId: trade.tradeId,
    signalId: fill.signalId,
    accountId: fill.accountId,
    symbol: fill.symbol,
    direction: trade.direction,
    quantity: decimalText(trade.quantity),
    entryPrice: decimalText(trade.entryPrice),
    ...(trade.exitPrice && { exitPrice: decimalText(trade.exitPrice) }),
    realisedProfit: decimalText(trade.realisedProfit),
    openedAt: trade.openedAt,
    ...(trade.closedAt && { closedAt: trade.closedAt }),
  };
  const type = `trade.${kind}` as const;
  return { id: deriveId(type, fill.fillId), type, teamId, key: `${trade.tradeId}/${fill.fillId}`, payload };
}
