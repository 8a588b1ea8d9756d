import type { Decimal, Id } from '@keelson/kernel';
import type { Moved } from './entry.ts';
import { type Position, signedCost } from './position.ts';
import { type Booked, replay } from './replay.ts';
import type { RoundTrip } from './round-trip.ts';

/** What a replay says that the books did not. */
export interface Rebuilt {
  readonly position: Position;
  readonly openTrade: RoundTrip | undefined;
  /** Round trips that are new or other than they were told. */
  readonly changed: readonly RoundTrip[];
  /** Round trips of which nothing is left. */
  readonly voided: readonly RoundTrip[];
  /** From what the entries add up to, to what they should: what a restatement posts. Nothing is executed by it. */
  readonly restated: Moved;
}

/**
 * Books what is left of a symbol's executions anew, and compares. Average cost looks back: without a fill, or with it at
 * another place, later ones realise another profit, and that difference is an entry of its own.
 *
 * @param remaining every execution that counts, in the order of execution
 * @param booked what the entries of the ledger add up to once the reversal, if there is one, is posted
 */
export function rebuild(remaining: readonly Booked[], known: readonly RoundTrip[], booked: Moved): Rebuilt {
  const { position, trades, openTrade } = replay(remaining);
  const before = new Map(known.map((trade) => [trade.tradeId, trade]));
  const after = new Set<Id>(trades.map(({ tradeId }) => tradeId));
  return {
    position,
    openTrade,
    changed: trades.filter((trade) => !same(trade, before.get(trade.tradeId))),
    voided: known.filter(({ tradeId }) => !after.has(tradeId)),
    restated: {
      cost: signedCost(position).minus(booked.cost),
      realisedProfit: position.realisedProfit.minus(booked.realisedProfit),
    },
  };
}

/** What quotes have shown of prices is no difference: a replay knows fills only. */
function same(trade: RoundTrip, known: RoundTrip | undefined): boolean {
  if (!known) return false;
  const amounts = (one: RoundTrip): readonly (Decimal | undefined)[] => [
    ...[one.quantity, one.entryPrice, one.exitQuantity, one.exitPrice, one.realisedProfit, one.fees, one.initialRisk],
  ];
  const others = amounts(known);
  return (
    amounts(trade).every((amount, index) => amount?.toFixed() === others[index]?.toFixed()) &&
    trade.direction === known.direction &&
    Date.parse(trade.openedAt) === Date.parse(known.openedAt) &&
    (trade.closedAt && Date.parse(trade.closedAt)) === (known.closedAt && Date.parse(known.closedAt))
  );
}
