import { deriveId } from '@keelson/kernel';
import type { OrderTerms } from '@keelson/contracts';
import type { BrokerReport, OrderRequest, ReplaceOutcome, ReplaceRequest, SubmitOutcome } from '../../broker.port.ts';
import { type Answer, isAnswer, type Reply } from '../transport/exchange.ts';
import { unanswered } from '../transport/failure.ts';
import { PAPER, parseOrder, parseRefusal } from './parse.ts';

export const NOT_OF_THE_CONTRACT = 'the answer is not one that the venue’s contract allows';

export function submissionBody(order: OrderRequest, deadline: Date): string {
  return JSON.stringify({
    client_order_id: order.clientOrderId,
    account: order.account,
    symbol: order.symbol,
    side: order.side,
    ...termsBody(order.terms),
    ...(order.reduceOnly ? { reduce_only: true } : {}),
    quantity: order.quantity,
    reference_price: order.referencePrice,
    deadline: deadline.toISOString(),
  });
}

export function replacementBody({ revision, openQuantity }: ReplaceRequest, deadline: Date): string {
  return JSON.stringify({
    client_order_id: revision.clientOrderId,
    ...termsBody(revision.terms),
    quantity: revision.quantity,
    ...(openQuantity === undefined ? {} : { open_quantity: openQuantity }),
    deadline: deadline.toISOString(),
  });
}

/** Definitive only where the venue's words are; every other answer leaves open whether the order is there. */
export function judgeSubmission(reply: Reply, order: OrderRequest): SubmitOutcome {
  if (!isAnswer(reply)) return unanswered(reply);
  const { status, text } = reply;
  if (status === 200 || status === 409) {
    const answer = parseOrder(text, order.clientOrderId, status === 200 ? 'order' : 'duplicate');
    if (answer === undefined) return { outcome: 'unknown', reason: NOT_OF_THE_CONTRACT };
    if (status === 409) return { outcome: 'duplicate', reports: answer.reports };
    return { outcome: answer.order.status === 'rejected' ? 'rejected' : 'accepted', reports: answer.reports };
  }
  const refusal = status === 400 || status === 422 ? parseRefusal(text) : undefined;
  if (refusal?.code === 'deadline_passed') {
    return { outcome: 'not_sent', cause: 'deadline_passed', reason: 'the order reached the venue after its deadline' };
  }
  if (refusal?.code === 'invalid_request') {
    return { outcome: 'rejected', reports: [refused(order, invalid(refusal.details))] };
  }
  return { outcome: 'unknown', reason: unexpected(reply) };
}

/** What became of a replacement; `not_sent` ones are unknown to the caller, who finds nothing and may ask again. */
export function judgeReplacement(reply: Reply, { account, clientOrderId, revision }: ReplaceRequest): ReplaceOutcome {
  if (!isAnswer(reply)) return { outcome: 'unknown', reason: reply.reason };
  const { status, text } = reply;
  const answer =
    status === 200
      ? parseOrder(text, revision.clientOrderId)
      : status === 409
        ? parseOrder(text, revision.clientOrderId, 'duplicate')
        : undefined;
  if (answer !== undefined) {
    return { outcome: answer.order.status === 'rejected' ? 'refused' : 'replaced', reports: answer.reports };
  }
  const closed = status === 409 ? parseOrder(text, clientOrderId, 'closed') : undefined;
  if (closed !== undefined) return { outcome: 'closed', reports: closed.reports };
  if (isNotFound(reply)) return { outcome: 'not_found' };
  const refusal = status === 400 || status === 422 ? parseRefusal(text) : undefined;
  if (refusal?.code === 'invalid_request') {
    return { outcome: 'refused', reports: [refused({ account, ...revision }, invalid(refusal.details))] };
  }
  const late = 'the replacement reached the venue after its deadline';
  return { outcome: 'unknown', reason: refusal?.code === 'deadline_passed' ? late : unexpected(reply) };
}

/** Only the venue's own word counts: a 404 may come from anything between here and there. */
export function isNotFound({ status, text }: Answer): boolean {
  return status === 404 && parseRefusal(text)?.code === 'order_not_found';
}

export function unexpected({ status }: Answer): string {
  return status === 200 ? NOT_OF_THE_CONTRACT : `the venue answered ${status}`;
}

function termsBody(terms: OrderTerms): Record<string, string> {
  const { type, timeInForce } = terms;
  return {
    type,
    time_in_force: timeInForce,
    ...('limitPrice' in terms ? { limit_price: terms.limitPrice } : {}),
    ...('stopPrice' in terms ? { stop_price: terms.stopPrice } : {}),
    ...(type === 'trailing_stop' ? { trail: terms.trail, trail_unit: terms.trailUnit } : {}),
  };
}

function invalid(details: readonly { readonly field: string; readonly message: string }[] = []): string {
  return `invalid request: ${details.map(({ field, message }) => `${field}: ${message}`).join('; ')}`;
}

/** A refusal that the venue kept no record of: it gets an id that is the same each time the same order is refused. */
function refused(order: { readonly account: string; readonly clientOrderId: string }, reason: string): BrokerReport {
  return {
    type: 'broker.rejected',
    payload: {
      broker: PAPER,
      venueEventId: deriveId('paper-refusal', order.account, order.clientOrderId),
      clientOrderId: order.clientOrderId,
      at: new Date().toISOString(),
      reason: reason.slice(0, 500),
    },
  };
}
