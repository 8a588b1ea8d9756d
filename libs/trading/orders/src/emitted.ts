import type { Message, OrderStatus } from '@keelson/contracts';
import { type Decimal, decimalText, deriveId, type Id, notional, rounded } from '@keelson/kernel';
import type { Booking, ExecutionEvent } from './executions.ts';
import type { OrderRecord } from './order-record.ts';

/** One execution, to be booked. */
export function fillMessage(teamId: Id, order: OrderRecord, fill: Booking, held: Decimal): Message<'order.filled'> {
  const { orderId, intentId, signalId, accountId, symbol, side, multiplier, currency } = order;
  const { fillId, quantity, price, fee, at } = fill;
  return {
    id: deriveId('order.filled', fillId),
    type: 'order.filled',
    teamId,
    key: fillId,
    payload: {
      ...{ fillId, orderId, intentId, signalId, accountId, symbol, side, currency },
      quantity: decimalText(quantity),
      price: decimalText(price),
      multiplier: decimalText(multiplier),
      ...(fee !== undefined && { fee }),
      ...(!held.eq(notional(quantity, price, multiplier)) && { exposure: decimalText(held) }),
      executedAt: at,
    },
  };
}

/** A fill that the venue took back. */
export function bustMessage(event: ExecutionEvent, order: OrderRecord, fill: Booking): Message<'order.fill_busted'> {
  const { orderId, intentId, signalId, accountId, symbol } = order;
  const { fillId } = fill;
  const reason = 'reason' in event.payload ? event.payload.reason : '';
  return {
    id: deriveId('order.fill_busted', fillId),
    type: 'order.fill_busted',
    teamId: event.teamId,
    key: fillId,
    payload: { ...{ fillId, orderId, intentId, signalId, accountId, symbol, reason }, at: event.payload.at },
  };
}

/** An order in its new state. */
export function changeMessage(change: {
  event: { readonly teamId: Id };
  key: string;
  from: OrderStatus;
  order: OrderRecord;
  reason: string | undefined;
  ends: Message<'order.changed'>['payload']['ends'];
}): Message<'order.changed'> {
  const { key, from, order, reason, ends } = change;
  const { orderId, intentId, signalId, accountId, clientOrderId, symbol, side, role, leg, revision } = order;
  return {
    id: deriveId('order.changed', key),
    type: 'order.changed',
    teamId: change.event.teamId,
    key,
    payload: {
      ...{ orderId, intentId, signalId, accountId, clientOrderId, symbol, side, from, to: order.status },
      quantity: decimalText(order.quantity),
      filledQuantity: decimalText(order.filledQuantity),
      ...(order.filledQuantity.gt(0) && {
        averagePrice: decimalText(rounded(order.filledValue.div(order.filledQuantity))),
      }),
      ...(reason !== undefined && { reason }),
      ...{ role, leg, revision },
      ...(ends && { ends }),
    },
  };
}
