import type { OrderRequest, SubmitOutcome } from '../../broker.port.ts';
import { type Answer, isAnswer, type Reply } from '../transport/exchange.ts';
import { unanswered } from '../transport/failure.ts';
import { type AlpacaBooks, isKnown, NOT_OF_THE_CONTRACT, reasonOf } from './books.ts';
import { parse } from './parse.ts';
import { refusedOf } from './reports.ts';

/** The vendor has no code of its own for it, and has spelt it with blanks and with underscores. */
const DUPLICATE = /client[ _]order[ _]id must be unique/i;
const REFUSED_BY_RULE = new Set([400, 403, 422]);

/**
 * What the answer to POST /v2/orders means. Definitive only where the venue's words are; every other answer leaves open
 * whether the order is there.
 */
export async function judgeSubmission(reply: Reply, order: OrderRequest, books: AlpacaBooks): Promise<SubmitOutcome> {
  if (!isAnswer(reply)) return unanswered(reply);
  if (reply.status === 200 || reply.status === 201) return taken(reply, order, books);
  // The key pair is wrong, or these are too many requests: both are said at the gate, before any order is looked at.
  if (reply.status === 401 || reply.status === 429) {
    return { outcome: 'not_sent', cause: 'unreachable', reason: gateReason(reply) };
  }
  const refusal = REFUSED_BY_RULE.has(reply.status) ? parse.refusal(reply.text) : undefined;
  if (refusal?.message !== undefined && DUPLICATE.test(refusal.message)) return duplicate(order, books);
  // A gateway's 403 has no code: it may be of anything on the way, or of keys that may not trade.
  if (refusal?.code === undefined) return { outcome: 'unknown', reason: `the venue answered ${reply.status}` };
  return {
    outcome: 'rejected',
    reports: [refusedOf(order.account, order.clientOrderId, refusal.message ?? `refused with code ${refusal.code}`)],
  };
}

async function taken({ text }: Answer, order: OrderRequest, books: AlpacaBooks): Promise<SubmitOutcome> {
  const shown = parse.order(text);
  if (shown === undefined || shown.client_order_id !== order.clientOrderId) {
    return { outcome: 'unknown', reason: NOT_OF_THE_CONTRACT };
  }
  const reports = await books.reports(shown);
  // It is there; what is not known yet is how far it has filled.
  if (!isKnown(reports)) return { outcome: 'unknown', reason: reasonOf(reports) };
  return { outcome: shown.status === 'rejected' ? 'rejected' : 'accepted', reports: reports.known };
}

async function duplicate({ clientOrderId }: OrderRequest, books: AlpacaBooks): Promise<SubmitOutcome> {
  const first = await books.order(clientOrderId);
  const reports = isKnown(first) ? await books.reports(first.known) : first;
  return isKnown(reports)
    ? { outcome: 'duplicate', reports: reports.known }
    : { outcome: 'unknown', reason: 'the venue has the order already, but does not show it now' };
}

function gateReason({ status }: Answer): string {
  return status === 401 ? 'the venue does not know the keys' : 'the venue’s allowance of requests is used up';
}
