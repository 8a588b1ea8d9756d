import { z } from 'zod';
import { decimal, id, instant } from '../fields.ts';

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
  /** The venue's name of this execution, by which it busts or corrects it; the event id where it has none. */
  executionId: z.string().min(1).max(200).optional(),
  /** What the venue charged, in the instrument's currency. */
  fee: decimal.optional(),
});
export const brokerCancelled = z.strictObject({ ...reported, reason: z.string().max(500) });
/** No definitive answer came: the order may or may not be at the venue. Resolved by query, never by a blind retry. */
export const brokerUnknown = z.strictObject({ ...reported, reason: z.string().max(500) });

/** The venue ended it by its own rules: the end of its day, the rest of an immediate order. */
export const brokerExpired = z.strictObject({ ...reported, reason: z.string().max(500) });
/** Another order, with a client order id of its own, stands in its place now. */
export const brokerReplaced = z.strictObject({ ...reported, replacedBy: z.string().min(1).max(64) });
/** A cancel or a replacement came too late, or was refused; the order is what it was. */
export const brokerCancelRefused = z.strictObject({
  ...reported,
  reason: z.string().max(500),
  /** Which asking it answers, where the venue tells them apart. */
  attemptId: id.optional(),
});
/** The venue took an execution back. */
export const brokerBusted = z.strictObject({
  ...reported,
  executionId: z.string().min(1).max(200),
  reason: z.string().max(500),
});
/** The venue changed an execution: what it is from now on. */
export const brokerCorrected = z.strictObject({
  ...reported,
  executionId: z.string().min(1).max(200),
  quantity: decimal,
  price: decimal,
  reason: z.string().max(500),
});

/** Said by us, not by the venue: the order provably never left: too late, halted, or taken back before it was sent. */
export const brokerNotSent = z.strictObject({
  ...reported,
  because: z.enum(['expired', 'halted', 'cancelled']),
  reason: z.string().max(500),
});

export type BrokerAccepted = z.infer<typeof brokerAccepted>;
export type BrokerRejected = z.infer<typeof brokerRejected>;
export type BrokerFilled = z.infer<typeof brokerFilled>;
export type BrokerCancelled = z.infer<typeof brokerCancelled>;
export type BrokerUnknown = z.infer<typeof brokerUnknown>;
export type BrokerExpired = z.infer<typeof brokerExpired>;
export type BrokerReplaced = z.infer<typeof brokerReplaced>;
export type BrokerCancelRefused = z.infer<typeof brokerCancelRefused>;
export type BrokerBusted = z.infer<typeof brokerBusted>;
export type BrokerCorrected = z.infer<typeof brokerCorrected>;
export type BrokerNotSent = z.infer<typeof brokerNotSent>;
