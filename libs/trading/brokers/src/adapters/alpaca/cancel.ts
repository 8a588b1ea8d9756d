import { setTimeout as sleep } from 'node:timers/promises';
import type { CancelOutcome } from '../../broker.port.ts';
import { type AlpacaBooks, isAbsent, isKnown, reasonOf } from './books.ts';
import { isAnswer, type Reply } from '../transport/exchange.ts';
import type { AlpacaOrder } from './parse.ts';
import { hasEnded } from './reports.ts';

/** Pauses between looks at an order whose cancel was asked for; most end at once. */
const LOOK_AFTER_MS = [0, 50, 100, 200, 400, 800, 1_000];

interface Cancel {
  readonly books: AlpacaBooks;
  readonly venueOrderId: string;
  /** The order as it was seen before, if it was. */
  readonly shownBefore: AlpacaOrder | undefined;
  readonly withinMs: number;
  readonly request: () => Promise<Reply>;
}

/**
 * Cancels an order: what has ended is told as it is; else the venue is asked, and looked at until the order has ended,
 * since its "204 No Content" only says that it was asked. A 422 means that it ends or has ended another way.
 */
export async function awaitEnd(cancel: Cancel): Promise<CancelOutcome> {
  const { books, venueOrderId, shownBefore, withinMs, request } = cancel;
  if (shownBefore !== undefined && hasEnded(shownBefore)) return ended(books, shownBefore);
  const until = Date.now() + withinMs;
  const reply = await request();
  if (!isAnswer(reply)) return { outcome: 'unknown', reason: reply.reason };
  if (isAbsent(reply)) return { outcome: 'not_found' };
  if (reply.status >= 300 && reply.status !== 422) {
    return { outcome: 'unknown', reason: `the venue answered ${reply.status}` };
  }
  const order = await lookUntil(books, venueOrderId, until, hasEnded);
  return 'reason' in order ? { outcome: 'unknown', reason: order.reason } : ended(books, order);
}

/** Looks at an order until it is as wished, or time is up. */
export async function lookUntil(
  books: AlpacaBooks,
  venueOrderId: string,
  until: number,
  isWished: (order: AlpacaOrder) => boolean,
): Promise<AlpacaOrder | { readonly reason: string }> {
  for (const pauseMs of LOOK_AFTER_MS) {
    if (Date.now() + pauseMs > until) break;
    await sleep(pauseMs);
    const read = await books.orderAtVenue(venueOrderId);
    if (!isKnown(read)) return { reason: reasonOf(read) };
    if (isWished(read.known)) return read.known;
  }
  return { reason: 'the venue took the request, and has not carried it out yet' };
}

async function ended(books: AlpacaBooks, order: AlpacaOrder): Promise<CancelOutcome> {
  const reports = await books.reports(order);
  if (!isKnown(reports)) return { outcome: 'unknown', reason: reasonOf(reports) };
  return { outcome: order.status === 'canceled' ? 'cancelled' : 'closed', reports: reports.known };
}
