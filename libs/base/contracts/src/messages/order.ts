import { z } from 'zod';
import { decimal, id, instant, side, symbol } from '../fields.ts';

/** What an intent may do: written by risk, read by orders. The exposure for `notional` is reserved in the same commit. */
export const orderApproved = z.strictObject({
  signalId: id,
  intentId: id,
  accountId: id,
  symbol,
  side,
  quantity: decimal,
  price: decimal,
  /** Exposure reserved for the whole intent, in the instrument's currency. */
  notional: decimal,
  broker: z.string().min(1).max(40),
  multiplier: decimal,
  currency: z.string().min(3).max(10),
  expiresAt: instant,
});
export type OrderApproved = z.infer<typeof orderApproved>;

/** Why a signal may not trade, with the numbers that the check compared. */
export const orderDenied = z.strictObject({
  signalId: id,
  accountId: id,
  symbol,
  side,
  quantity: decimal,
  /** `expired` ends the signal as order.expired; every other code as order.denied. */
  code: z.enum([
    'halted',
    'reducing_only',
    'expired',
    'unknown_limit',
    'max_notional',
    'max_open_positions',
    'short_sale',
    'exposure',
    'duplicate',
  ]),
  numbers: z.record(z.string(), z.string()),
});
export type OrderDenied = z.infer<typeof orderDenied>;

/** A command to the venue. The client order id is a pure function of intent, leg and revision. */
export const submitOrder = z.strictObject({
  orderId: id,
  intentId: id,
  signalId: id,
  accountId: id,
  broker: z.string().min(1).max(40),
  clientOrderId: z.string().min(1).max(64),
  symbol,
  side,
  type: z.literal('market'),
  quantity: decimal,
  referencePrice: decimal,
  expiresAt: instant,
});
export type SubmitOrder = z.infer<typeof submitOrder>;

export const orderStatus = z.enum([
  'created',
  'submitted',
  'unknown',
  'accepted',
  'partially_filled',
  'filled',
  'rejected',
  'cancelled',
  'expired',
]);
export type OrderStatus = z.infer<typeof orderStatus>;

/** An order moved along a row of the transition table. */
export const orderChanged = z.strictObject({
  orderId: id,
  intentId: id,
  signalId: id,
  accountId: id,
  clientOrderId: z.string(),
  symbol,
  side,
  from: orderStatus,
  to: orderStatus,
  quantity: decimal,
  filledQuantity: decimal,
  /** Volume-weighted price of all fills so far; absent before the first. */
  averagePrice: decimal.optional(),
  /** The venue's words when it refused, or ours when the order expired unsent. */
  reason: z.string().max(500).optional(),
});
export type OrderChanged = z.infer<typeof orderChanged>;

/** One execution at the venue, booked exactly once. */
export const orderFilled = z.strictObject({
  fillId: id,
  orderId: id,
  intentId: id,
  signalId: id,
  accountId: id,
  symbol,
  side,
  quantity: decimal,
  price: decimal,
  multiplier: decimal,
  currency: z.string().min(3).max(10),
  executedAt: instant,
});
export type OrderFilled = z.infer<typeof orderFilled>;
