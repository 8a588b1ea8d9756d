import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BrokerError } from '../../errors.ts';

/** Events this much older than the latest one may become visible after it; they are asked for again. */
export const OVERLAP_MS = 5_000;
/** Beyond this, some of what the overlap repeats is handed over twice, which is harmless. */
const MOST_SEEN = 200;

/**
 * Where a stream is. Alpaca numbers nothing, so a place is a time, the events already handed over around that time, and
 * the time from which orders have to be asked for: when the oldest order that was open then had been submitted. Every
 * order to which something may have happened since is among those.
 */
export interface Place {
  /** Milliseconds since 1970 of the latest event that was handed over. */
  readonly at: number;
  readonly ordersFrom: number;
  readonly seen: ReadonlyMap<string, number>;
}

const form = z.strictObject({
  at: z.int().min(0),
  orders_from: z.int().min(0),
  seen: z.record(z.string(), z.int().min(0)),
});

/** Reads a cursor of ours; throws BrokerError `cursor_lost` for any other text. */
export function parseCursor(text: string): Place {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const { data } = form.safeParse(value);
  if (data === undefined) throw new BrokerError('cursor_lost', 'The stored cursor is not one of this adapter’s');
  return { at: data.at, ordersFrom: data.orders_from, seen: new Map(Object.entries(data.seen)) };
}

/** The cursor's text. Events are kept as short digests: two of the same moment would have to share one to be mistaken. */
export function cursorText({ at, ordersFrom, seen }: Place): string {
  const recent = [...seen].filter(([, moment]) => moment >= at - OVERLAP_MS).slice(-MOST_SEEN);
  return JSON.stringify({ at, orders_from: ordersFrom, seen: Object.fromEntries(recent) });
}

export function eventDigest(venueEventId: string): string {
  return createHash('sha256').update(venueEventId).digest('base64url').slice(0, 10);
}
