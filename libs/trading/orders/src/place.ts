import type { Message, OrderApproved, OrderTerms } from '@keelson/contracts';
import { invariant } from '@keelson/kernel';
import type { StepHandler } from '@keelson/messaging';
import { clientOrderIdOf, orderIdOf } from './client-order-id.ts';
import { ENTRY_LEG } from './legs.ts';
import { submitIdOf, submitMessage } from './messages.ts';
import { insertIntent, type NewOrder } from './orders.store.ts';
import { sharesOf } from './spread-exposure.ts';

/**
 * Step place: turns an approved intent into its order at a venue, or into one order for each leg of a spread, with client
 * order ids that never change. Exits follow with the fills (step apply).
 */
export const place: StepHandler<undefined> = {
  step: 'place',

  /** All that it needs is in the message. */
  prefetch: () => Promise.resolve(undefined),

  handle(message, _, { tx }): readonly Message[] {
    invariant(message.type === 'order.approved', 'Step place consumes order.approved');
    const approved = message.payload;
    const orders = ordersOf(approved);
    insertIntent(tx, { ...approved, exits: approved.exits, legs: approved.legs, rate: approved.rate ?? '1' }, orders);
    return orders.map((order) => submitMessage(message.teamId, order));
  },
};

/** The first orders of an intent. */
export function ordersOf(approved: OrderApproved): readonly NewOrder[] {
  const { legs, symbol, side, quantity, price, multiplier, notional: reserved } = approved;
  if (!legs) {
    return [
      firstOrder(approved, { leg: ENTRY_LEG, role: 'entry', symbol, side, quantity, price, multiplier, reserved }),
    ];
  }
  const shares = sharesOf(reserved, legs);
  return legs.map((leg, index) => {
    const part = { ...leg, leg: index, role: 'leg', reserved: shares[index]! } as const;
    return firstOrder({ ...approved, terms: termsOfLeg(approved.terms, leg.price) }, part);
  });
}

type Part = Pick<NewOrder, 'leg' | 'role' | 'symbol' | 'side' | 'quantity' | 'multiplier' | 'reserved'> & {
  readonly price: string;
};

function firstOrder(approved: OrderApproved, { price, ...part }: Part): NewOrder {
  const { intentId, signalId, accountId, broker, currency, terms, reduceOnly, expiresAt } = approved;
  const clientOrderId = clientOrderIdOf(intentId, part.leg, 0);
  return {
    ...{ intentId, signalId, accountId, broker, currency, terms, reduceOnly, expiresAt, ...part, clientOrderId },
    orderId: orderIdOf(intentId, part.leg, 0),
    submitMessageId: submitIdOf(clientOrderId),
    revision: 0,
    referencePrice: price,
    replaces: undefined,
    askedOpen: undefined,
    attemptId: undefined,
  };
}

/** The price of a spread is that of the whole: its legs go no further than their own. */
function termsOfLeg(terms: OrderTerms, price: string): OrderTerms {
  return terms.type === 'limit' ? { ...terms, limitPrice: price } : terms;
}
