import type { Message, OrderRole, OrderTerms, Side } from '@keelson/contracts';
import { decimalText, deriveId, type Id } from '@keelson/kernel';
import { openQuantity, type OrderRecord } from './order-record.ts';

/** What tells an order's way to its venue apart from every other; shared by the three commands. */
interface Addressed {
  readonly orderId: Id;
  readonly intentId: Id;
  readonly signalId: Id;
  readonly accountId: Id;
  readonly broker: string;
  readonly clientOrderId: string;
}

/** An order that goes to its venue now; amounts are decimal text. */
export interface Submission extends Addressed {
  readonly role: OrderRole;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly terms: OrderTerms;
  readonly reduceOnly: boolean;
  readonly referencePrice: string;
  readonly expiresAt: string;
}

/** The id of an order's submit_order: the same whenever it is derived. */
export function submitIdOf(clientOrderId: string): Id {
  return deriveId('submit_order', clientOrderId);
}

/** The id of the replace_order that brings a revision. */
export function replaceIdOf(clientOrderId: string): Id {
  return deriveId('replace_order', clientOrderId);
}

/** One asking for a cancel or a replacement: `cause` is what made it necessary, so that a repeated step asks the same. */
export function attemptIdOf(kind: 'cancel' | 'replace', orderId: Id, cause: string): Id {
  return deriveId('attempt', kind, orderId, cause);
}

export function submitMessage(teamId: Id, order: Submission): Message<'submit_order'> {
  const { role, symbol, side, quantity, terms, reduceOnly, referencePrice, expiresAt } = order;
  return {
    id: submitIdOf(order.clientOrderId),
    type: 'submit_order',
    teamId,
    key: order.clientOrderId,
    payload: {
      ...addressOf(order),
      ...{ role, symbol, side, quantity, terms, reduceOnly, referencePrice, expiresAt },
    },
  };
}

export function cancelMessage(teamId: Id, order: OrderRecord, attemptId: Id, reason: string): Message<'cancel_order'> {
  const payload = { ...addressOf(order), attemptId, reason };
  return { id: deriveId('cancel_order', attemptId), type: 'cancel_order', teamId, key: attemptId, payload };
}

/** Asks for `revision` in the place of `order`. */
export function replaceMessage(
  teamId: Id,
  order: OrderRecord,
  revision: { orderId: Id; clientOrderId: string; quantity: string; terms: OrderTerms },
  asked: { attemptId: Id; expiresAt: string },
): Message<'replace_order'> {
  const { orderId, clientOrderId, quantity, terms } = revision;
  return {
    id: replaceIdOf(clientOrderId),
    type: 'replace_order',
    teamId,
    key: clientOrderId,
    payload: {
      ...addressOf(order),
      openQuantity: decimalText(openQuantity(order)),
      revision: { orderId, clientOrderId, quantity, terms },
      ...asked,
    },
  };
}

function addressOf({ orderId, intentId, signalId, accountId, broker, clientOrderId }: Addressed): Addressed {
  return { orderId, intentId, signalId, accountId, broker, clientOrderId };
}
