import type { VenueOrder } from '@keelson/brokers';
import { Decimal, decimalText } from '@keelson/kernel';
import type { Difference, Facts } from './difference.ts';
import type { DriftKind } from './kinds.ts';
import { isOpen, isTerminal, type OrderIndex } from './order-index.ts';
import { type OurOrder, type OurPicture, sum, type VenuePicture } from './picture.ts';

/**
 * Open orders of both sides. A difference that executions explain is told by them: an order that is gone there because it
 * was filled is no cancelled one.
 */
export function compareOrders(
  ours: OurPicture,
  venue: VenuePicture,
  orders: OrderIndex,
  byFills: readonly Difference[],
): Difference[] {
  const seen = new Set<OurOrder>();
  const found: Difference[] = [];
  for (const order of venue.openOrders) {
    const known = orders.of(order);
    if (known) seen.add(known);
    const difference = openThere(order, known && speaksFor(order, known) ? known : undefined);
    if (difference) found.push(difference);
  }
  for (const order of ours.orders) {
    if (!isOpen(order.status) || seen.has(order)) continue;
    if (!filledBy(order, byFills)) found.push(endedThere(order));
  }
  return found;
}

/** An order that was adopted for an execution has ended; what is left of the venue's order is not it. */
function speaksFor({ clientOrderId }: VenueOrder, order: OurOrder): boolean {
  return order.clientOrderId === clientOrderId || !isTerminal(order.status);
}

function openThere(venueOrder: VenueOrder, order: OurOrder | undefined): Difference | undefined {
  const common = {
    subject: venueOrder.venueOrderId,
    symbol: venueOrder.symbol,
    venue: factsOfVenueOrder(venueOrder),
    venueOrder,
  };
  if (!order) return { ...common, kind: 'unknown_order', ours: undefined, order: undefined, busy: false };
  const mine = { ours: factsOfOrder(order), order, busy: order.busy };
  if (isTerminal(order.status)) return { ...common, ...mine, kind: 'unknown_order' };
  if (!isOpen(order.status) || order.quantity.eq(venueOrder.quantity)) return undefined;
  return { ...common, ...mine, kind: 'wrong_quantity' };
}

function endedThere(order: OurOrder): Difference {
  return {
    kind: 'cancelled_at_venue',
    subject: order.venueOrderId ?? order.clientOrderId,
    symbol: order.symbol,
    ours: factsOfOrder(order),
    venue: undefined,
    order,
    busy: order.busy,
  };
}

const LACKING: ReadonlySet<DriftKind> = new Set(['missed_fill', 'partial_fill', 'late_fill']);

/** True when executions that we lack make the order whole: its end is theirs to tell. */
function filledBy(order: OurOrder, differences: readonly Difference[]): boolean {
  const lacking = differences.filter((one) => one.order?.orderId === order.orderId && LACKING.has(one.kind));
  const filled = sum(lacking.map(({ execution }) => new Decimal(execution!.quantity)));
  return order.filledQuantity.plus(filled).gte(order.quantity);
}

function factsOfOrder({ orderId, status, quantity, filledQuantity }: OurOrder): Facts {
  const amounts = { quantity: decimalText(quantity), filled_quantity: decimalText(filledQuantity) };
  return { order_id: orderId, status, ...amounts };
}

/** What it has filled is told by executions, and moves; what names the order does not. */
function factsOfVenueOrder({ venueOrderId, clientOrderId, side, quantity, terms }: VenueOrder): Facts {
  const name = clientOrderId === undefined ? {} : { client_order_id: clientOrderId };
  return { venue_order_id: venueOrderId, ...name, side, quantity, type: terms.type };
}
