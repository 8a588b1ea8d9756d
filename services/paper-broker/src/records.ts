import { z } from 'zod';

/**
 * The venue's wire format and log format, which are the same texts: what was answered is what was written. Amounts are
 * decimal text. These shapes are the venue's own, as a foreign venue's would be: nothing here comes from Keelson's messages.
 */
const amount = z.string();

/** First line of a log: the incarnation. It is part of every id, so a venue that lost its log cannot repeat an old id. */
export const logHeader = z.strictObject({ kind: z.literal('log'), log: z.string(), at: z.string() });

/** Something the operator should know of the log itself, e.g. a torn last line. */
export const logNote = z.strictObject({ kind: z.literal('note'), text: z.string(), at: z.string() });

/** A submission the venue took a decision on, with the plan it will carry out, so that a restart carries out the same. */
export const orderRecord = z.strictObject({
  kind: z.literal('order'),
  outcome: z.enum(['accepted', 'rejected']),
  client_order_id: z.string(),
  venue_order_id: z.string(),
  account: z.string(),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  type: z.literal('market'),
  quantity: amount,
  reference_price: amount.optional(),
  /** Quantity of the first of two fills; absent when the order fills at once. */
  first_quantity: amount.optional(),
  reason: z.string().optional(),
  at: z.string(),
});
export type OrderRecord = z.infer<typeof orderRecord>;

/** What happened to an order. `seq` counts all events of the log from 1 without a gap. */
export const eventRecord = z.strictObject({
  kind: z.literal('event'),
  event_id: z.string(),
  seq: z.int().min(1),
  type: z.enum(['accepted', 'filled', 'rejected', 'cancelled']),
  client_order_id: z.string(),
  venue_order_id: z.string(),
  account: z.string(),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  quantity: amount.optional(),
  price: amount.optional(),
  cumulative_quantity: amount.optional(),
  reason: z.string().optional(),
  at: z.string(),
});
export type EventRecord = z.infer<typeof eventRecord>;

export const logLine = z.discriminatedUnion('kind', [logHeader, logNote, orderRecord, eventRecord]);
export type LogLine = z.infer<typeof logLine>;

const EVENT_PREFIX = '{"kind":"event",';

/** The line of an event in the log. `kind` comes first, so that a reader can tell the lines apart without parsing. */
export function eventLine(event: EventRecord): string {
  const { kind, ...rest } = event;
  return JSON.stringify({ kind, ...rest });
}

export function isEventLine(line: string): boolean {
  return line.startsWith(EVENT_PREFIX);
}

/** The event as it travels: its line in the log without `kind`. */
export function wireEvent(line: string): string {
  return `{${line.slice(EVENT_PREFIX.length)}`;
}
