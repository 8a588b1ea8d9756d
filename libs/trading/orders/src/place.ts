import type { Message } from '@keelson/contracts';
import { deriveId, invariant } from '@keelson/kernel';
import type { StepHandler } from '@keelson/messaging';
import { clientOrderIdOf, orderIdOf } from './client-order-id.ts';
import { insertIntent } from './orders.store.ts';

/** Step place: turns an approved intent into its order at a venue, with a client order id that never changes. */
export const place: StepHandler<undefined> = {
  step: 'place',

  /** All that it needs is in the message. */
  prefetch: () => Promise.resolve(undefined),

  handle(message, _, { tx }) {
    invariant(message.type === 'order.approved', 'Step place consumes order.approved');
    const { intentId, signalId, accountId, symbol, side, quantity, price, notional, broker, expiresAt } =
      message.payload;
    const { terms, reduceOnly } = message.payload;
    const orderId = orderIdOf(intentId, 0, 0);
    const clientOrderId = clientOrderIdOf(intentId, 0, 0);
    const intent = { intentId, signalId, accountId, symbol, side, quantity, notional };
    const submitMessageId = deriveId('submit_order', clientOrderId);
    const order = { orderId, clientOrderId, submitMessageId, referencePrice: price, expiresAt };
    insertIntent(tx, intent, order, message.payload);
    const submit: Message<'submit_order'> = {
      id: submitMessageId,
      type: 'submit_order',
      teamId: message.teamId,
      key: clientOrderId,
      payload: {
        orderId,
        intentId,
        signalId,
        accountId,
        broker,
        clientOrderId,
        symbol,
        side,
        role: 'entry',
        terms,
        reduceOnly,
        quantity,
        referencePrice: price,
        expiresAt,
      },
    };
    return [submit];
  },
};
