import { decimal, instant, side, symbol } from '@keelson/contracts';
import { z } from 'zod';
import type { BrokerReport, VenuePosition } from '../../broker.port.ts';

/** The venue's name in reports. */
export const PAPER = 'paper';

const venueOrder = z.strictObject({
  venue_order_id: z.string().min(1).max(100),
  client_order_id: z.string().min(1).max(64),
  account: z.string(),
  symbol,
  side,
  quantity: decimal,
  filled_quantity: decimal,
  average_price: decimal.optional(),
  status: z.enum(['accepted', 'partially_filled', 'filled', 'rejected', 'cancelled']),
  reason: z.string().optional(),
});
export type VenueOrder = z.infer<typeof venueOrder>;

const eventFields = {
  event_id: z.string().min(1).max(200),
  seq: z.int().min(1),
  client_order_id: z.string().min(1).max(64),
  venue_order_id: z.string().min(1).max(100),
  account: z.string(),
  symbol,
  side,
  at: instant,
};

const venueEvent = z.discriminatedUnion('type', [
  z.strictObject({ ...eventFields, type: z.literal('accepted') }),
  z.strictObject({ ...eventFields, type: z.literal('rejected'), reason: z.string().max(500) }),
  z.strictObject({ ...eventFields, type: z.literal('cancelled'), reason: z.string().max(500) }),
  z.strictObject({
    ...eventFields,
    type: z.literal('filled'),
    quantity: decimal,
    price: decimal,
    cumulative_quantity: decimal,
  }),
]);
export type VenueEvent = z.infer<typeof venueEvent>;

const orderAnswer = z.strictObject({ order: venueOrder, events: z.array(venueEvent) });
const duplicateAnswer = z.strictObject({ code: z.literal('duplicate_client_order_id'), ...orderAnswer.shape });
const refusal = z.strictObject({
  code: z.enum(['invalid_request', 'order_not_found', 'deadline_passed', 'venue_unavailable']),
  message: z.string(),
  details: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
});
export type Refusal = z.infer<typeof refusal>;
const positionsAnswer = z.strictObject({
  positions: z.array(z.strictObject({ account: z.string(), symbol, quantity: decimal })),
});

const frame = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hello'), log: z.string().min(1), last_seq: z.int().min(0) }),
  z.strictObject({ kind: z.literal('events'), events: z.array(venueEvent) }),
  z.strictObject({ kind: z.literal('heartbeat'), seq: z.int().min(0), at: instant }),
]);
export type VenueFrame = z.infer<typeof frame>;

/** An order and what was reported of it; undefined when the text is not exactly that, or is about another order. */
export function parseOrder(
  text: string,
  clientOrderId: string,
  shape: 'order' | 'duplicate' = 'order',
): { readonly order: VenueOrder; readonly reports: BrokerReport[] } | undefined {
  const parsed = read(shape === 'order' ? orderAnswer : duplicateAnswer, text);
  if (parsed === undefined || parsed.order.client_order_id !== clientOrderId) return undefined;
  return { order: parsed.order, reports: parsed.events.map(reportOf) };
}

export function parseRefusal(text: string): Refusal | undefined {
  return read(refusal, text);
}

export function parsePositions(text: string): VenuePosition[] | undefined {
  return read(positionsAnswer, text)?.positions.map(({ quantity, ...rest }) => ({ ...rest, netQuantity: quantity }));
}

export function parseFrame(text: string): VenueFrame | undefined {
  return read(frame, text);
}

/** The venue's event as a report; pure, so that every way an event comes gives the same one. */
export function reportOf(event: VenueEvent): BrokerReport {
  const reported = {
    broker: PAPER,
    venueEventId: event.event_id,
    clientOrderId: event.client_order_id,
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
    case 'filled':
      return {
        type: 'broker.filled',
        payload: {
          ...reported,
          quantity: event.quantity,
          price: event.price,
          cumulativeQuantity: event.cumulative_quantity,
        },
      };
  }
}

function read<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON is one of the ways in which an answer is not what the contract says; the caller tells what that means.
    return undefined;
  }
  return schema.safeParse(value).data;
}
