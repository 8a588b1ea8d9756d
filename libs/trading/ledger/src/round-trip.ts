import { Decimal, deriveId, type Id, notional, rounded, ZERO } from '@keelson/kernel';
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
  /** Before fees, in `currency`. */
  readonly realisedProfit: Decimal;
  readonly fees: Decimal;
  readonly currency: string;
  readonly multiplier: Decimal;
  /** What the stop of the entry put at risk; undefined when the first fill came without one. */
  readonly initialRisk: Decimal | undefined;
  readonly stopPrice: Decimal | undefined;
  /** Of the prices seen while it was open. */
  readonly lowestPrice: Decimal;
  readonly highestPrice: Decimal;
  /** Of the signal that opened it; undefined for what no signal asked for (an assignment). */
  readonly strategy: string | undefined;
  readonly openedBy: Id | undefined;
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
  readonly signalId: Id | undefined;
  readonly strategy: string | undefined;
  readonly price: Decimal;
  readonly multiplier: Decimal;
  readonly currency: string;
  readonly fee: Decimal;
  /** Where the signal's stop loss leaves an entry at this price; undefined without one. */
  readonly stopPrice: Decimal | undefined;
  readonly executedAt: string;
}

/** What a fill does to the open round trip: enlarges it, takes from it, closes it, and may open the next one the other way. */
export function advance(
  open: RoundTrip | undefined,
  change: PositionChange,
  fill: TradeFill,
): readonly RoundTripChange[] {
  const steps: RoundTripChange[] = [];
  let current = open;
  const fees = shareFee(fill.fee, change);
  if (current && change.closed.gt(0)) {
    const closes = change.closed.eq(change.before.quantity.abs());
    current = reduced(current, change, { ...fill, fee: fees.closed }, closes);
    steps.push({ kind: closes ? 'closed' : 'updated', trade: current });
    if (closes) current = undefined;
  }
  if (change.opened.gt(0)) {
    const entry = { ...fill, fee: fees.opened };
    steps.push(
      current
        ? { kind: 'updated', trade: enlarged(current, change.opened, entry) }
        : { kind: 'created', trade: opened(change, entry) },
    );
  }
  return steps;
}

/** A fill that closes one round trip and opens the next pays its fee for both, by quantity; nothing is lost of rounding. */
function shareFee(fee: Decimal, { opened: openedUnits, closed }: PositionChange): { closed: Decimal; opened: Decimal } {
  const forOpened = rounded(fee.times(openedUnits).div(openedUnits.plus(closed)));
  return { closed: fee.minus(forOpened), opened: forOpened };
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
    fees: fill.fee,
    currency: fill.currency,
    multiplier: fill.multiplier,
    initialRisk: riskOf(change.opened, fill),
    stopPrice: fill.stopPrice,
    lowestPrice: fill.price,
    highestPrice: fill.price,
    strategy: fill.strategy,
    openedBy: fill.signalId,
    openedAt: fill.executedAt,
    closedAt: undefined,
  };
}

function riskOf(units: Decimal, { price, stopPrice, multiplier }: TradeFill): Decimal | undefined {
  return stopPrice && notional(units, price.minus(stopPrice).abs(), multiplier);
}

/** What is added with a stop adds to what is risked; what is added without one says nothing about it. */
function enlarged(trade: RoundTrip, by: Decimal, fill: TradeFill): RoundTrip {
  return {
    ...seen(trade, fill.price),
    quantity: trade.quantity.plus(by),
    entryPrice: weighted(trade.entryPrice, trade.quantity, fill.price, by),
    fees: trade.fees.plus(fill.fee),
    initialRisk: trade.initialRisk?.plus(riskOf(by, fill) ?? ZERO),
  };
}

function reduced(trade: RoundTrip, change: PositionChange, fill: TradeFill, closes: boolean): RoundTrip {
  const exitPrice = trade.exitPrice
    ? weighted(trade.exitPrice, trade.exitQuantity, fill.price, change.closed)
    : fill.price;
  return {
    ...seen(trade, fill.price),
    exitPrice,
    exitQuantity: trade.exitQuantity.plus(change.closed),
    realisedProfit: trade.realisedProfit.plus(change.realisedProfit),
    fees: trade.fees.plus(fill.fee),
    closedAt: closes ? fill.executedAt : undefined,
  };
}

function seen(trade: RoundTrip, price: Decimal): RoundTrip {
  return {
    ...trade,
    lowestPrice: Decimal.min(trade.lowestPrice, price),
    highestPrice: Decimal.max(trade.highestPrice, price),
  };
}

function weighted(first: Decimal, firstUnits: Decimal, second: Decimal, secondUnits: Decimal): Decimal {
  return rounded(first.times(firstUnits).plus(second.times(secondUnits)).div(firstUnits.plus(secondUnits)));
}
