import { decimal, instant, side, symbol } from '@keelson/contracts';
import { z } from 'zod';
import type { BrokerReport } from '../../broker.port.ts';

/** The venue's name in reports. */
export const PAPER = 'paper';

const text = z.string().min(1).max(200);
const venueOrder = z.strictObject({
  venue_order_id: z.string().min(1).max(64),
  client_order_id: z.string().min(1).max(64).optional(),
  account: z.string(),
  symbol,
  side,
  quantity: decimal,
  filled_quantity: decimal,
  average_price: decimal.optional(),
  status: z.enum(['accepted', 'partially_filled', 'filled', 'rejected', 'cancelled', 'expired', 'replaced']),
  reason: z.string().optional(),
});
export type PaperOrder = z.infer<typeof venueOrder>;

const eventFields = {
  event_id: text,
  /** Absent from what the venue's stream never told. */
  seq: z.int().min(1).optional(),
  client_order_id: z.string().min(1).max(64).optional(),
  venue_order_id: z.string().min(1).max(64),
  account: z.string(),
  symbol,
  side,
  at: instant,
};
const reason = z.string().max(500);
const amendment = { execution_id: text, previous_quantity: decimal, previous_price: decimal, reason };

const venueEvent = z.discriminatedUnion('type', [
  z.strictObject({ ...eventFields, type: z.literal('accepted') }),
  z.strictObject({ ...eventFields, type: z.literal('rejected'), reason }),
  z.strictObject({ ...eventFields, type: z.literal('cancelled'), reason }),
  z.strictObject({ ...eventFields, type: z.literal('expired'), reason }),
  z.strictObject({ ...eventFields, type: z.literal('replaced'), replaced_by: z.string().min(1).max(64) }),
  z.strictObject({
    ...eventFields,
    type: z.literal('filled'),
    quantity: decimal,
    price: decimal,
    cumulative_quantity: decimal,
    fee: decimal.optional(),
  }),
  z.strictObject({ ...eventFields, ...amendment, type: z.literal('busted') }),
  z.strictObject({ ...eventFields, ...amendment, type: z.literal('corrected'), quantity: decimal, price: decimal }),
]);
export type VenueEvent = z.infer<typeof venueEvent>;

const orderAnswer = z.strictObject({ order: venueOrder, events: z.array(venueEvent) });
const duplicateAnswer = z.strictObject({ code: z.literal('duplicate_client_order_id'), ...orderAnswer.shape });
const closedAnswer = z.strictObject({ code: z.enum(['order_closed', 'order_changed']), ...orderAnswer.shape });
const refusal = z.strictObject({
  code: z.enum(['invalid_request', 'order_not_found', 'deadline_passed', 'venue_unavailable']),
  message: z.string(),
  details: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
});
export type Refusal = z.infer<typeof refusal>;
const ORDER_ANSWERS = { order: orderAnswer, duplicate: duplicateAnswer, closed: closedAnswer } as const;

const frame = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hello'), log: z.string().min(1), last_seq: z.int().min(0) }),
  z.strictObject({ kind: z.literal('events'), events: z.array(venueEvent) }),
  z.strictObject({ kind: z.literal('heartbeat'), seq: z.int().min(0), at: instant }),
]);
export type VenueFrame = z.infer<typeof frame>;

/** An order and what was reported of it; undefined when the text is not exactly that, or is about another order. */
export function parseOrder(
  body: string,
  orderKey: string,
  shape: keyof typeof ORDER_ANSWERS = 'order',
): { readonly order: PaperOrder; readonly reports: BrokerReport[] } | undefined {
  const parsed = read(ORDER_ANSWERS[shape], body);
  if (parsed === undefined) return undefined;
  const { order, events } = parsed;
  if (order.client_order_id !== orderKey && order.venue_order_id !== orderKey) return undefined;
  return { order, reports: events.map(reportOf) };
}

export function parseRefusal(body: string): Refusal | undefined {
  return read(refusal, body);
}

export function parseFrame(body: string): VenueFrame | undefined {
  return read(frame, body);
}

/**
 * The venue's event as a report; pure, so that every way an event comes gives the same one. An order that was entered by
 * hand has no client order id: its reports go by the venue's.
 */
export function reportOf(event: VenueEvent): BrokerReport {
  const reported = {
    broker: PAPER,
    venueEventId: event.event_id,
    clientOrderId: event.client_order_id ?? event.venue_order_id,
    venueOrderId: event.venue_order_id,
    at: event.at,
  };
  switch (event.type) {
    case 'accepted':
      return { type: 'broker.accepted', payload: reported };
    case 'rejected':
      return { type: 'broker.rejected', payload: { ...reported, reason: event.reason } };
    case 'cancelled':
      return { type: 'broker.cancelled', payload: { ...reported, reason: event.reason } };
    case 'expired':
      return { type: 'broker.expired', payload: { ...reported, reason: event.reason } };
    case 'replaced':
      return { type: 'broker.replaced', payload: { ...reported, replacedBy: event.replaced_by } };
    case 'busted':
    case 'corrected':
      return amendmentOf(event, reported);
    case 'filled':
      return {
        type: 'broker.filled',
        payload: {
          ...reported,
          quantity: event.quantity,
          price: event.price,
          cumulativeQuantity: event.cumulative_quantity,
          // The venue names a fill by its event.
          executionId: event.event_id,
          ...(event.fee === undefined ? {} : { fee: event.fee }),
        },
      };
  }
}

function amendmentOf(
  event: Extract<VenueEvent, { type: 'busted' | 'corrected' }>,
  reported: Omit<BrokerReport['payload'], 'reason'>,
): BrokerReport {
  const amended = { ...reported, executionId: event.execution_id, reason: event.reason };
  if (event.type === 'busted') return { type: 'broker.busted', payload: amended };
  return { type: 'broker.corrected', payload: { ...amended, quantity: event.quantity, price: event.price } };
}

/** The text as what the schema says, or undefined. */
export function read<Schema extends z.ZodType>(schema: Schema, body: string): z.infer<Schema> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // Not JSON is one of the ways in which an answer is not what the contract says; the caller tells what that means.
    return undefined;
  }
  return schema.safeParse(value).data;
}
