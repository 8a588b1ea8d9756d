import { Decimal, deriveId, type Id, ZERO } from '@keelson/kernel';
import type { PositionChange } from './position.ts';

/** A round trip from entry to exit (document 004). */
export interface RoundTrip {
  readonly tradeId: Id;
  readonly direction: 'long' | 'short';
  /** The most that was open through additions: what was entered. */
  readonly quantity: Decimal;
  readonly entryPrice: Decimal;
  readonly exitQuantity: Decimal;
  readonly exitPrice: Decimal | undefined;
  readonly realisedProfit: Decimal;
  readonly openedBy: Id;
  readonly openedAt: string;
  readonly closedAt: string | undefined;
}

export interface RoundTripChange {
  readonly kind: 'created' | 'updated' | 'closed';
  readonly trade: RoundTrip;
}

/** A fill as round trips see it. */
export interface TradeFill {
  readonly fillId: Id;
  readonly signalId: Id;
  readonly price: Decimal;
  readonly executedAt: string;
}

const PLACES = 12;

/** What a fill does to the open round trip: enlarges it, takes from it, closes it, and may open the next one the other way. */
export function advance(
  open: RoundTrip | undefined,
  change: PositionChange,
  fill: TradeFill,
): readonly RoundTripChange[] {
  const steps: RoundTripChange[] = [];
  let current = open;
  if (current && change.closed.gt(0)) {
    const closes = change.closed.eq(change.before.quantity.abs());
    current = reduced(current, change, fill, closes);
    steps.push({ kind: closes ? 'closed' : 'updated', trade: current });
    if (closes) current = undefined;
  }
  if (change.opened.gt(0)) {
    steps.push(
      current
        ? { kind: 'updated', trade: enlarged(current, change.opened, fill.price) }
        : { kind: 'created', trade: opened(change, fill) },
    );
  }
  return steps;
}

function opened(change: PositionChange, fill: TradeFill): RoundTrip {
  return {
    tradeId: deriveId('trade', fill.fillId),
    direction: change.after.quantity.isNegative() ? 'short' : 'long',
    quantity: change.opened,
    entryPrice: fill.price,
    exitQuantity: ZERO,
    exitPrice: undefined,
    realisedProfit: ZERO,
    openedBy: fill.signalId,
    openedAt: fill.executedAt,
    closedAt: undefined,
  };
}

function enlarged(trade: RoundTrip, by: Decimal, price: Decimal): RoundTrip {
  return {
    ...trade,
    quantity: trade.quantity.plus(by),
    entryPrice: weighted(trade.entryPrice, trade.quantity, price, by),
  };
}

function reduced(trade: RoundTrip, change: PositionChange, fill: TradeFill, closes: boolean): RoundTrip {
  const exitPrice = trade.exitPrice
    ? weighted(trade.exitPrice, trade.exitQuantity, fill.price, change.closed)
    : fill.price;
  return {
    ...trade,
    exitPrice,
    exitQuantity: trade.exitQuantity.plus(change.closed),
    realisedProfit: trade.realisedProfit.plus(change.realisedProfit),
    closedAt: closes ? fill.executedAt : undefined,
  };
}

function weighted(first: Decimal, firstUnits: Decimal, second: Decimal, secondUnits: Decimal): Decimal {
  return Decimal.div(
    first.times(firstUnits).plus(second.times(secondUnits)),
    firstUnits.plus(secondUnits),
  ).toDecimalPlaces(PLACES);
}
