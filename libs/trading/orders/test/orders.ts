import { Decimal, deriveId } from '@keelson/kernel';
import type { OrderRecord } from '../src/order-record.ts';

/** An order that was just claimed: its whole worth at the reference price is reserved. */
export function order(changes: Partial<OrderRecord> = {}): OrderRecord {
  const quantity = changes.quantity ?? new Decimal(10);
  const referencePrice = changes.referencePrice ?? new Decimal(5000);
  const multiplier = changes.multiplier ?? new Decimal(50);
  return {
    orderId: deriveId('order', 'test'),
    intentId: deriveId('intent', 'test'),
    signalId: deriveId('signal', 'test'),
    accountId: deriveId('account', 'test'),
    broker: 'paper',
    clientOrderId: 'client-1',
    leg: 0,
    revision: 0,
    role: 'entry',
    symbol: 'ES',
    side: 'buy',
    terms: { type: 'market', timeInForce: 'day' },
    reduceOnly: false,
    currency: 'USD',
    status: 'submitted',
    filledQuantity: new Decimal(0),
    filledValue: new Decimal(0),
    bustedQuantity: new Decimal(0),
    reserved: quantity.times(referencePrice).times(multiplier).toDecimalPlaces(12),
    replaces: undefined,
    askedOpen: undefined,
    attemptId: undefined,
    cancel: undefined,
    ...changes,
    quantity,
    referencePrice,
    multiplier,
  };
}
