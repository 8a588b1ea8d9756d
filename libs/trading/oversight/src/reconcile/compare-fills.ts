import type { VenueExecution } from '@keelson/brokers';
import { Decimal, decimalText } from '@keelson/kernel';
import { isAccepted } from './adopt.ts';
import { type Difference, factsOfExecution } from './difference.ts';
import type { DriftKind } from './kinds.ts';
import type { OurFill, OurOrder, OurPicture, VenuePicture } from './picture.ts';
import { isTerminal, type OrderIndex } from './order-index.ts';

/** How far a fill's time may be from the edges of the window before its absence there says something. */
const EDGE_MS = 1_000;

/** Executions against fills, one by one, by the venue's execution id. */
export function compareFills(ours: OurPicture, venue: VenuePicture, orders: OrderIndex): Difference[] {
  const byId = Map.groupBy(venue.executions, ({ executionId }) => executionId);
  const fills = new Map(ours.fills.map((fill) => [fill.executionId, fill]));
  const found: Difference[] = [];
  const room = new Room();
  for (const [executionId, executions] of byId) {
    const [first] = executions as [VenueExecution, ...VenueExecution[]];
    const order = orders.of(first);
    const fill = fills.get(executionId);
    const difference = fill ? differing(fill, first, order) : missing(first, order, ours, room);
    if (difference) found.push(difference);
    if (executions.length > 1) found.push(duplicate(executions, order));
    else if (fill && !difference && toldAgain(fill, first))
      found.push(duplicate([asBooked(fill, first), first], order));
  }
  for (const fill of ours.fills) {
    if (byId.has(fill.executionId) || fill.corrected || isAccepted(fill.executionId) || !within(fill, venue)) continue;
    found.push(vanished(fill, orders));
  }
  return found;
}

/** Newer than the venue's picture, or older than its window: the venue was not asked for it. */
function within({ executedAt }: OurFill, { since, from }: VenuePicture): boolean {
  return executedAt.getTime() >= since.getTime() + EDGE_MS && executedAt.getTime() <= from.getTime() - EDGE_MS;
}

/** What of each order is still to be filled, as executions that we lack are counted against it. */
class Room {
  readonly #left = new Map<string, Decimal>();

  /** True when the order has room for it, which it then takes. One that the venue refused never was there. */
  take(order: OurOrder, quantity: string): boolean {
    if (order.status === 'rejected') return false;
    const left = this.#left.get(order.orderId) ?? order.quantity.minus(order.filledQuantity);
    if (left.lt(quantity)) return false;
    this.#left.set(order.orderId, left.minus(quantity));
    return true;
  }
}

/** An execution that we lack. One that its order has no room for is nobody's: the venue executed more than was asked. */
function missing(execution: VenueExecution, order: OurOrder | undefined, ours: OurPicture, room: Room): Difference {
  const { executionId: subject, symbol } = execution;
  const common = { subject, symbol, ours: undefined, venue: factsOfExecution(execution), execution };
  const kind = order && room.take(order, execution.quantity) ? kindOf(execution, order, ours) : 'extra_fill';
  return { ...common, kind, order, busy: order?.busy ?? false };
}

function kindOf(execution: VenueExecution, order: OurOrder, { haltedSince }: OurPicture): DriftKind {
  const ended = isTerminal(order.status) && order.status !== 'filled';
  if (ended || (haltedSince && new Date(execution.at) >= haltedSince)) return 'late_fill';
  return new Decimal(execution.quantity).lt(order.quantity) ? 'partial_fill' : 'missed_fill';
}

function differing(fill: OurFill, execution: VenueExecution, order: OurOrder | undefined): Difference | undefined {
  const same = fill.quantity.eq(execution.quantity) && fill.price.eq(execution.price) && fill.side === execution.side;
  if (same) return undefined;
  return {
    kind: 'wrong_quantity',
    subject: execution.executionId,
    symbol: execution.symbol,
    ours: factsOfFill(fill),
    venue: factsOfExecution(execution),
    order,
    execution,
    busy: order?.busy ?? false,
  };
}

/** Long after we booked it the venue shows the execution at another time, and the first is out of the window. */
function toldAgain(fill: OurFill, { at }: VenueExecution): boolean {
  return !fill.corrected && Math.abs(new Date(at).getTime() - fill.executedAt.getTime()) > EDGE_MS;
}

/** As the venue told it first; so the difference has the name that it has where both are in the window. */
function asBooked({ executedAt }: OurFill, again: VenueExecution): VenueExecution {
  return { ...again, at: executedAt.toISOString() };
}

function duplicate(executions: readonly VenueExecution[], order: OurOrder | undefined): Difference {
  const [first] = executions as [VenueExecution, ...VenueExecution[]];
  const others = executions.slice(1).map(factsOfExecution);
  return {
    kind: 'duplicate_fill',
    subject: first.executionId,
    symbol: first.symbol,
    ours: undefined,
    venue: { ...factsOfExecution(first), again: JSON.stringify(others) },
    order,
    execution: first,
    busy: order?.busy ?? false,
  };
}

/** True where the venue repeats itself word for word: then the id is booked once, and nothing is in doubt. */
export function isRepetition({ venue }: Difference): boolean {
  const { again, ...first } = venue ?? {};
  if (again === undefined) return false;
  const others = JSON.parse(again) as Readonly<Record<string, string>>[];
  return others.every((other) =>
    ['venue_order_id', 'side', 'quantity', 'price'].every((name) => other[name] === first[name]),
  );
}

function vanished(fill: OurFill, orders: OrderIndex): Difference {
  const order = orders.byClientOrderId(fill.clientOrderId);
  return {
    kind: 'vanished_fill',
    subject: fill.executionId,
    symbol: fill.symbol,
    ours: factsOfFill(fill),
    venue: undefined,
    order,
    busy: order?.busy ?? false,
  };
}

function factsOfFill({ executionId, side, quantity, price, executedAt }: OurFill): Record<string, string> {
  const amounts = { quantity: decimalText(quantity), price: decimalText(price) };
  return { execution_id: executionId, side, ...amounts, at: executedAt.toISOString() };
}
