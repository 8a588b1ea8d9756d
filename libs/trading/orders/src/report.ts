import { Decimal, invariant, notional, ZERO } from '@keelson/kernel';
import type { OrderRecord } from './orders.store.ts';
import { isTerminal, nextStatus, type OrderEvent } from './transitions.ts';

/** What a venue's report means for an order, before anything is written. */
export interface Report {
  readonly kind: 'accepted' | 'filled' | 'rejected' | 'cancelled' | 'unknown' | 'expired';
  readonly quantity?: string;
  readonly price?: string;
}

export interface Outcome {
  readonly order: OrderRecord;
  readonly changed: boolean;
  /** The fill's share of the reservation, to be converted to held. */
  readonly converted: Decimal;
  /** What a terminal state gives back of the reservation. */
  readonly released: Decimal;
}

/**
 * Applies a report to an order: pure. Throws when the transition table has no row for it, or when a fill is larger than
 * what is open: then our picture of the venue is wrong, and guessing would double a position.
 */
export function applyReport(order: OrderRecord, report: Report): Outcome {
  const fill = report.kind === 'filled' ? new Decimal(report.quantity!) : ZERO;
  const filledQuantity = order.filledQuantity.plus(fill);
  invariant(filledQuantity.lte(order.quantity), `Fills of order ${order.orderId} stay within its quantity`);
  const to = nextStatus(order.status, eventOf(report, filledQuantity.eq(order.quantity)));
  invariant(to, `An order that is ${order.status} has a row for ${report.kind} in the transition table`);

  const converted = convertedBy(order, fill, filledQuantity);
  const open = order.reserved.minus(converted);
  const released = isTerminal(to) ? open : ZERO;
  return {
    order: {
      ...order,
      status: to,
      filledQuantity,
      filledValue: report.kind === 'filled' ? order.filledValue.plus(fill.times(report.price!)) : order.filledValue,
      reserved: open.minus(released),
    },
    changed: to !== order.status || fill.gt(0),
    converted,
    released,
  };
}

function eventOf({ kind }: Report, complete: boolean): OrderEvent {
  if (kind !== 'filled') return kind;
  return complete ? 'filled' : 'partly_filled';
}

/** A fill's part of the reservation; the last fill takes what is left, so that nothing remains of rounding. */
function convertedBy(order: OrderRecord, fill: Decimal, filledQuantity: Decimal): Decimal {
  if (fill.isZero()) return ZERO;
  if (filledQuantity.eq(order.quantity)) return order.reserved;
  return Decimal.min(order.reserved, notional(fill, order.referencePrice, order.multiplier));
}
