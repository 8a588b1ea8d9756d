import { z } from 'zod';

/**
 * The venue's wire format and log format, which are the same texts: what was answered is what was written. Amounts are
 * decimal text. These shapes are the venue's own, as a foreign venue's would be: nothing here comes from Keelson's messages.
 */
const amount = z.string();
const side = z.enum(['buy', 'sell']);

/** First line of a log: the incarnation. It is part of every id, so a venue that lost its log cannot repeat an old id. */
export const logHeader = z.strictObject({ kind: z.literal('log'), log: z.string(), at: z.string() });

/** Something the operator should know of the log itself, e.g. a torn last line. */
export const logNote = z.strictObject({ kind: z.literal('note'), text: z.string(), at: z.string() });

/** A submission the venue took a decision on, with the plan it will carry out, so that a restart carries out the same. */
export const orderRecord = z.strictObject({
  kind: z.literal('order'),
  outcome: z.enum(['accepted', 'rejected']),
  /** Absent for an order that was entered by hand at the venue. */
  client_order_id: z.string().optional(),
  venue_order_id: z.string(),
  account: z.string(),
  symbol: z.string(),
  side,
  type: z.enum(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']),
  /** `day` when absent. */
  time_in_force: z.enum(['day', 'gtc', 'ioc', 'fok']).optional(),
  limit_price: amount.optional(),
  stop_price: amount.optional(),
  trail: amount.optional(),
  trail_unit: z.enum(['price', 'percent']).optional(),
  reduce_only: z.literal(true).optional(),
  quantity: amount,
  reference_price: amount.optional(),
  /** Quantity of the first of two fills; absent when the order fills at once. */
  first_quantity: amount.optional(),
  /** Key of the order whose place it takes. */
  replaces: z.string().optional(),
  reason: z.string().optional(),
  at: z.string(),
});
export type OrderRecord = z.infer<typeof orderRecord>;

const eventFields = {
  event_id: z.string(),
  type: z.enum([
    'accepted',
    'filled',
    'rejected',
    'cancelled',
    'expired',
    'replaced',
    'busted',
    'corrected',
    /** Silent only: an execution that the venue's list has twice. */
    'duplicated',
  ]),
  client_order_id: z.string().optional(),
  venue_order_id: z.string(),
  account: z.string(),
  symbol: z.string(),
  side,
  /** Of a fill; of a correction what the fill is from then on. */
  quantity: amount.optional(),
  price: amount.optional(),
  cumulative_quantity: amount.optional(),
  fee: amount.optional(),
  replaced_by: z.string().optional(),
  /** The fill that a bust or a correction is about; a fill's own is its event_id. */
  execution_id: z.string().optional(),
  /** What that fill was until then. */
  previous_quantity: amount.optional(),
  previous_price: amount.optional(),
  reason: z.string().optional(),
  at: z.string(),
};

/** What happened to an order. `seq` counts all events of the log from 1 without a gap. */
export const eventRecord = z.strictObject({ kind: z.literal('event'), seq: z.int().min(1), ...eventFields });
export type EventRecord = z.infer<typeof eventRecord>;

/** The same, in the venue's book alone: in no stream and no answer to a submission, and found by whoever asks. */
export const silentRecord = z.strictObject({ kind: z.literal('silent'), ...eventFields });
export type SilentRecord = z.infer<typeof silentRecord>;

/** A price that was set on command and stays until it is released (`price` absent). */
export const priceRecord = z.strictObject({
  kind: z.literal('price'),
  symbol: z.string(),
  price: amount.optional(),
  at: z.string(),
});

/** From here on prices follow this seed. */
export const seedRecord = z.strictObject({ kind: z.literal('seed'), seed: z.int(), at: z.string() });

/** A position or a balance made wrong on command, with no execution behind it. */
export const adjustmentRecord = z.strictObject({
  kind: z.literal('adjustment'),
  account: z.string(),
  symbol: z.string().optional(),
  currency: z.string().optional(),
  /** What the position is, or what the balance changes by. */
  amount,
  at: z.string(),
});
export type AdjustmentRecord = z.infer<typeof adjustmentRecord>;

/** A request that a fault on command struck before the venue dealt with it: what it was, and what became of it. */
export const strikeRecord = z.strictObject({
  kind: z.literal('strike'),
  what: z.enum(['cut', 'error', 'late', 'unavailable']),
  client_order_id: z.string(),
  account: z.string(),
  at: z.string(),
});

export const logLine = z.discriminatedUnion('kind', [
  logHeader,
  logNote,
  orderRecord,
  eventRecord,
  silentRecord,
  priceRecord,
  seedRecord,
  adjustmentRecord,
  strikeRecord,
]);
export type LogLine = z.infer<typeof logLine>;

const EVENT_PREFIX = '{"kind":"event",';
const SILENT_PREFIX = '{"kind":"silent",';

/** The line of an event in the log. `kind` comes first, so that a reader can tell the lines apart without parsing. */
export function eventLine(event: EventRecord | SilentRecord): string {
  const { kind, ...rest } = event;
  return JSON.stringify({ kind, ...rest });
}

export function isEventLine(line: string): boolean {
  return line.startsWith(EVENT_PREFIX);
}

/** The event as it travels: its line in the log without `kind`; one that was never told has no `seq`. */
export function wireEvent(line: string): string {
  return `{${line.slice((isEventLine(line) ? EVENT_PREFIX : SILENT_PREFIX).length)}`;
}
