import { type Decimal, invariant, roundedDown, ZERO } from '@keelson/kernel';
import { openQuantity, type OrderRecord } from './order-record.ts';
import { isTerminal, nextStatus, type OrderEvent } from './transitions.ts';

/** What a venue's report means for an order, before anything is written. */
export interface Report {
  readonly kind: Exclude<OrderEvent, 'claimed' | 'partly_filled'>;
  /** What it changes of the executions; absent when it speaks of none. */
  readonly execution?: {
    /** Quantity used up by executions, never negative. */
    readonly executed: Decimal;
    /** Filled quantity and quantity × price: negative when an execution is taken back. */
    readonly filled: Decimal;
    readonly value: Decimal;
  };
}

export interface Outcome {
  readonly order: OrderRecord;
  readonly changed: boolean;
  /** True when status or fills are others than before: worth telling; else only what was asked of the venue is. */
  readonly moved: boolean;
  /** The executed share of the reservation, to be converted to held. */
  readonly converted: Decimal;
  /** What a terminal state gives back of the reservation. */
  readonly released: Decimal;
}

const NO_EXECUTION = { executed: ZERO, filled: ZERO, value: ZERO };

/**
 * Applies a report to an order: pure. Throws when the transition table has no row for it, or when more is executed than
 * was open: then our picture of the venue is wrong, and guessing would double a position.
 */
export function applyReport(order: OrderRecord, report: Report): Outcome {
  const { executed, filled, value } = report.execution ?? NO_EXECUTION;
  const open = openQuantity(order).minus(executed);
  invariant(open.gte(0), `Fills of order ${order.orderId} stay within its quantity`);
  const to = nextStatus(order.status, eventOf(report, executed, open.isZero()));
  invariant(to, `An order that is ${order.status} has a row for ${report.kind} in the transition table`);

  const converted = convertedBy(order, executed, open);
  const left = order.reserved.minus(converted);
  const released = isTerminal(to) ? left : ZERO;
  const answered = isTerminal(to) || report.kind === 'cancel_refused';
  const after: OrderRecord = {
    ...order,
    status: to,
    filledQuantity: order.filledQuantity.plus(filled),
    filledValue: order.filledValue.plus(value),
    bustedQuantity: order.bustedQuantity.plus(executed).minus(filled),
    reserved: left.minus(released),
    attemptId: answered ? undefined : order.attemptId,
    // A cancel that the venue refused is answered: whoever still wants it asks again.
    cancel: report.kind === 'cancel_refused' && !isTerminal(to) ? undefined : order.cancel,
  };
  const moved = to !== order.status || !executed.isZero() || !filled.isZero() || !value.isZero();
  const changed = moved || after.attemptId !== order.attemptId || after.cancel !== order.cancel;
  return { order: after, changed, moved, converted, released };
}

/** Whatever uses up quantity is a fill to the table, also one that was taken back before it was heard. */
function eventOf({ kind }: Report, executed: Decimal, complete: boolean): OrderEvent {
  if (kind !== 'filled' && kind !== 'busted') return kind;
  if (executed.isZero()) return 'busted';
  return complete ? 'filled' : 'partly_filled';
}

/** The executed share of what is reserved for the open quantity; the last one takes it all, so that no rounding remains. */
function convertedBy(order: OrderRecord, executed: Decimal, open: Decimal): Decimal {
  if (executed.isZero()) return ZERO;
  if (open.isZero()) return order.reserved;
  return roundedDown(order.reserved.times(executed).div(openQuantity(order)));
}
