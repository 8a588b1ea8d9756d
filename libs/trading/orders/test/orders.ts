import { Decimal, deriveId } from '@keelson/kernel';
import type { OrderRecord } from '../src/orders.store.ts';

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
    clientOrderId: 'client-1',
    symbol: 'ES',
    side: 'buy',
    currency: 'USD',
    status: 'submitted',
    filledQuantity: new Decimal(0),
    filledValue: new Decimal(0),
    reserved: quantity.times(referencePrice).times(multiplier).toDecimalPlaces(12),
    ...changes,
    quantity,
    referencePrice,
    multiplier,
  };
}
