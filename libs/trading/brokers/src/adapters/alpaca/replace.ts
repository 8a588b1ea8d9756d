import { Decimal } from '@keelson/kernel';
import type { ReplaceOutcome, ReplaceRequest } from '../../broker.port.ts';
import { type Answer, isAnswer } from '../transport/exchange.ts';
import { type AlpacaBooks, isKnown, reasonOf } from './books.ts';
import { lookUntil } from './cancel.ts';
import type { AlpacaConfig } from './config.ts';
import type { VenueConnection } from './connection.ts';
import { refusalText } from './errors.ts';
import { parse, type AlpacaOrder } from './parse.ts';
import { cancelRefusedOf, hasEnded } from './reports.ts';
import { isWhole, replacementBody } from './terms.ts';

interface Parts {
  readonly connection: VenueConnection;
  readonly books: AlpacaBooks;
  readonly config: AlpacaConfig;
}

const REFUSED_BY_RULE = new Set([400, 403, 422]);

/**
 * Puts a revision in the place of an order by PATCH. The venue makes a new order with an id of its own; a success code
 * does not mean that it came: when the old order fills first, the new one is rejected. So the old order is looked at
 * until it says `replaced`, or has ended another way. The venue counts `qty` for the new order alone: what the old one
 * fills while the request travels comes on top, at most once.
 */
export async function replaceOrder(parts: Parts, request: ReplaceRequest, deadline: Date): Promise<ReplaceOutcome> {
  const { books, connection, config } = parts;
  const { revision } = request;
  const old = await books.order(request.clientOrderId);
  if ('absent' in old) return { outcome: 'not_found' };
  if (!isKnown(old)) return { outcome: 'unknown', reason: old.reason };
  if (hasEnded(old.known)) return tell(parts, old.known, request);
  // It filled on since the revision was sized: the caller sizes it again from what is told.
  if (isOtherwiseOpen(old.known, request.openQuantity)) return tell(parts, old.known, request);
  const refusal = refuseRevision(old.known, request);
  if (refusal !== undefined) return refused(old.known, refusal);
  const reply = await connection.request({
    method: 'PATCH',
    path: `/v2/orders/${encodeURIComponent(old.known.id)}`,
    body: replacementBody(revision),
    urgency: 'submit',
    sendBefore: deadline.getTime(),
    answerBefore: deadline.getTime() + config.answerGraceMs,
  });
  if (!isAnswer(reply)) {
    if (reply.sent) return { outcome: 'unknown', reason: reply.reason };
    return refused(old.known, reply.reason);
  }
  return judge(parts, old.known, request, reply);
}

async function judge(parts: Parts, old: AlpacaOrder, request: ReplaceRequest, reply: Answer): Promise<ReplaceOutcome> {
  if (reply.status === 401 || reply.status === 429) return refused(old, `the venue answered ${reply.status}`);
  const refusal = REFUSED_BY_RULE.has(reply.status) ? parse.refusal(reply.text) : undefined;
  if (reply.status !== 200 && refusal?.code === undefined) {
    return { outcome: 'unknown', reason: `the venue answered ${reply.status}` };
  }
  if (refusal === undefined) {
    const until = Date.now() + parts.config.queryMs;
    const after = await lookUntil(parts.books, old.id, until, hasEnded);
    return 'reason' in after ? { outcome: 'unknown', reason: after.reason } : tell(parts, after, request);
  }
  // Refused, perhaps because an earlier attempt of the same replacement came through, or because the order has ended.
  // While that attempt is under way the order says so, and "refused" would be a guess.
  const after = await lookUntil(parts.books, old.id, Date.now() + parts.config.queryMs, isNotBeingReplaced);
  if ('reason' in after) return { outcome: 'unknown', reason: after.reason };
  if (hasEnded(after)) return tell(parts, after, request);
  return refused(after, refusal.message ?? `refused with code ${refusal.code}`);
}

/** What an order that has ended, or has filled on, means for its replacement. */
async function tell({ books }: Parts, old: AlpacaOrder, { revision }: ReplaceRequest): Promise<ReplaceOutcome> {
  const reports = await books.reports(old);
  if (!isKnown(reports)) return { outcome: 'unknown', reason: reasonOf(reports) };
  const replaced = reports.known.find((report) => report.type === 'broker.replaced');
  if (replaced?.payload.replacedBy !== revision.clientOrderId) return { outcome: 'closed', reports: reports.known };
  const successor = await books.order(revision.clientOrderId);
  const after = isKnown(successor) ? await books.reports(successor.known) : successor;
  if (!isKnown(after)) return { outcome: 'unknown', reason: reasonOf(after) };
  return { outcome: 'replaced', reports: [...reports.known, ...after.known] };
}

function isNotBeingReplaced(order: AlpacaOrder): boolean {
  return order.status !== 'pending_replace';
}

function isOtherwiseOpen(old: AlpacaOrder, openQuantity: string | undefined): boolean {
  if (openQuantity === undefined || old.qty === undefined) return false;
  return !new Decimal(old.qty).minus(old.filled_qty).eq(openQuantity);
}

/** The venue changes neither the type of an order nor a part of a unit. */
function refuseRevision(old: AlpacaOrder, { revision }: ReplaceRequest): string | undefined {
  if (old.type !== revision.terms.type) {
    const because = `Alpaca does not make a ${old.type} order a ${revision.terms.type} order; cancel it and send a new one`;
    return refusalText({ code: 'not_replaceable', because });
  }
  if (old.asset_class === 'crypto' || (isWhole(revision.quantity) && old.qty !== undefined && isWhole(old.qty)))
    return undefined;
  return refusalText({
    code: 'fraction_not_traded',
    quantity: revision.quantity,
    because: 'Alpaca replaces whole shares only; cancel it and send a new one',
  });
}

function refused(old: AlpacaOrder, reason: string): ReplaceOutcome {
  const report = cancelRefusedOf(old, new Date().toISOString(), reason.slice(0, 500));
  return { outcome: 'refused', reports: [report] };
}
