import { z } from 'zod';
import { decimal, instant } from '../fields.ts';

/**
 * What a venue said of an order. `venueEventId` is the venue's own event id, or for venues without one the text
 * `account/venueOrderId/status/cumulativeQuantity`; the same event by two ways (answer and stream) has the same id.
 */
const reported = {
  broker: z.string().min(1).max(40),
  venueEventId: z.string().min(1).max(200),
  clientOrderId: z.string().min(1).max(64),
  venueOrderId: z.string().min(1).max(100).optional(),
  at: instant,
};

export const brokerAccepted = z.strictObject(reported);
export const brokerRejected = z.strictObject({ ...reported, reason: z.string().max(500) });
export const brokerFilled = z.strictObject({
  ...reported,
  quantity: decimal,
  price: decimal,
  /** Filled so far, this fill included. */
  cumulativeQuantity: decimal,
});
export const brokerCancelled = z.strictObject({ ...reported, reason: z.string().max(500) });
/** No definitive answer came: the order may or may not be at the venue. Resolved by query, never by a blind retry. */
export const brokerUnknown = z.strictObject({ ...reported, reason: z.string().max(500) });

/** Said by us, not by the venue: the order provably never left, because it was too late or trading was halted. */
export const brokerNotSent = z.strictObject({
  ...reported,
  because: z.enum(['expired', 'halted']),
  reason: z.string().max(500),
});

export type BrokerAccepted = z.infer<typeof brokerAccepted>;
export type BrokerRejected = z.infer<typeof brokerRejected>;
export type BrokerFilled = z.infer<typeof brokerFilled>;
export type BrokerCancelled = z.infer<typeof brokerCancelled>;
export type BrokerUnknown = z.infer<typeof brokerUnknown>;
export type BrokerNotSent = z.infer<typeof brokerNotSent>;
