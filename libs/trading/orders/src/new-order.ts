import type { OrderTerms } from '@keelson/contracts';
import { type Decimal, decimalText, type Id, ZERO } from '@keelson/kernel';
import { clientOrderIdOf, orderIdOf } from './client-order-id.ts';
import { replaceIdOf, submitIdOf } from './messages.ts';
import { openQuantity, type OrderRecord } from './order-record.ts';
import type { NewOrder } from './orders.store.ts';
import type { PlannedOrder } from './plan/action.ts';

/** An exit or an unwinding order: it reserves nothing, since it only ever shrinks a position. */
export function plannedOrder(like: OrderRecord, planned: PlannedOrder, expiresAt: string): NewOrder {
  const { leg, revision, role, side, terms, quantity } = planned;
  const clientOrderId = clientOrderIdOf(like.intentId, leg, revision);
  return {
    ...inheritedFrom(like),
    orderId: orderIdOf(like.intentId, leg, revision),
    clientOrderId,
    submitMessageId: submitIdOf(clientOrderId),
    ...{ leg, revision, role, side, terms, expiresAt },
    reduceOnly: true,
    quantity: decimalText(quantity),
    reserved: '0',
    replaces: undefined,
    askedOpen: undefined,
    attemptId: undefined,
  };
}

/** What a revision asks for. `reserved`: exposure beyond what the order that it replaces has reserved. */
export interface RevisionWish {
  readonly revision: number;
  readonly quantity: Decimal;
  readonly terms: OrderTerms;
  readonly reserved: Decimal;
  readonly attemptId: Id;
  readonly expiresAt: string;
}

/** The revision that shall stand in the place of an order. */
export function revisionOf(order: OrderRecord, wish: RevisionWish): NewOrder {
  const { revision, quantity, terms, reserved, attemptId, expiresAt } = wish;
  const clientOrderId = clientOrderIdOf(order.intentId, order.leg, revision);
  return {
    ...inheritedFrom(order),
    orderId: orderIdOf(order.intentId, order.leg, revision),
    clientOrderId,
    submitMessageId: replaceIdOf(clientOrderId),
    leg: order.leg,
    role: order.role,
    side: order.side,
    ...{ revision, terms, attemptId, expiresAt },
    reduceOnly: order.reduceOnly,
    quantity: decimalText(quantity),
    reserved: decimalText(reserved),
    replaces: order.orderId,
    askedOpen: decimalText(openQuantity(order)),
  };
}

/** An order that was just written, as the rest of its commit sees it. */
export function recordOf(order: NewOrder, like: OrderRecord): OrderRecord {
  return {
    ...like,
    ...order,
    quantity: ZERO.plus(order.quantity),
    referencePrice: like.referencePrice,
    multiplier: like.multiplier,
    reserved: ZERO.plus(order.reserved),
    askedOpen: order.askedOpen === undefined ? undefined : ZERO.plus(order.askedOpen),
    status: 'created',
    filledQuantity: ZERO,
    filledValue: ZERO,
    bustedQuantity: ZERO,
    cancel: undefined,
  };
}

function inheritedFrom(order: OrderRecord) {
  const { intentId, signalId, accountId, broker, symbol, currency } = order;
  const referencePrice = decimalText(order.referencePrice);
  return {
    intentId,
    signalId,
    accountId,
    broker,
    symbol,
    currency,
    referencePrice,
    multiplier: decimalText(order.multiplier),
  };
}
