import { z } from 'zod';
import { decimal, id, instant, side, symbol } from '../fields.ts';
import { exits, orderAddress, orderRole, orderTerms, spreadLeg } from './terms.ts';

/** What an intent may do: written by risk, read by orders. The exposure for `notional` is reserved in the same commit. */
export const orderApproved = z.strictObject({
  signalId: id,
  intentId: id,
  accountId: id,
  symbol,
  side,
  quantity: decimal,
  price: decimal,
  /** Exposure reserved for the whole intent, in the account's currency. */
  notional: decimal,
  /** Units of the account's currency for one of the instrument's, where they differ. */
  rate: decimal.optional(),
  broker: z.string().min(1).max(40),
  multiplier: decimal,
  currency: z.string().min(3).max(10),
  terms: orderTerms,
  exits: exits.optional(),
  /** Present for a spread: then symbol, side and price above are those of the whole, and each leg becomes an order. */
  legs: z.array(spreadLeg).min(2).max(4).optional(),
  /** True where the venue may only ever shrink a position by it. */
  reduceOnly: z.boolean(),
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
    'max_position',
    'max_open_positions',
    'concentration',
    'trade_risk',
    'buying_power',
    'daily_loss',
    'consecutive_losses',
    'order_rate',
    'short_sale',
    'reduce_only',
    'exposure',
    'duplicate',
    'restricted',
    'instrument_expired',
    'market_closed',
    'stale_price',
    'price_collar',
    'option_rules',
    'decided_ahead',
  ]),
  numbers: z.record(z.string(), z.string()),
});
export type OrderDenied = z.infer<typeof orderDenied>;

/** A command to the venue. The client order id is a pure function of intent, leg and revision. */
export const submitOrder = z.strictObject({
  ...orderAddress,
  role: orderRole,
  symbol,
  side,
  quantity: decimal,
  terms: orderTerms,
  reduceOnly: z.boolean(),
  referencePrice: decimal,
  expiresAt: instant,
});
export type SubmitOrder = z.infer<typeof submitOrder>;

/** Takes an order back. Idempotent at every venue; the attempt id tells two askings apart. */
export const cancelOrder = z.strictObject({ ...orderAddress, attemptId: id, reason: z.string().min(1).max(500) });
export type CancelOrder = z.infer<typeof cancelOrder>;

/**
 * Puts a revision in the place of a working order. `quantity` is what shall be open from then on; the fills of earlier
 * revisions stay theirs. Every replacement is answered: by reports of the revision itself (broker.rejected when it is
 * refused), or, when the order had ended first, by broker.cancel_refused of the order that stays.
 */
export const replaceOrder = z.strictObject({
  ...orderAddress,
  attemptId: id,
  /**
   * What was open of the order when this was asked. With less open by then, `quantity` may be too much: to be refused, by
   * the venue where it can compare, else by whoever looks right before it is sent.
   */
  openQuantity: decimal,
  /** The revision that takes its place. */
  revision: z.strictObject({
    orderId: id,
    clientOrderId: z.string().min(1).max(64),
    quantity: decimal,
    terms: orderTerms,
  }),
  expiresAt: instant,
});
export type ReplaceOrder = z.infer<typeof replaceOrder>;

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
  'replaced',
]);
export type OrderStatus = z.infer<typeof orderStatus>;

/** How a signal can end; its one terminal event is `order.<outcome>`. */
export const signalOutcome = z.enum(['filled', 'rejected', 'cancelled', 'expired']);
export type SignalOutcome = z.infer<typeof signalOutcome>;

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
  role: orderRole,
  leg: z.int().min(0),
  revision: z.int().min(0),
  /** Only on the change that ends the signal: how its entry ended, or its spread as a whole, in whole spreads. */
  ends: z.strictObject({ outcome: signalOutcome, symbol, side, quantity: decimal, filledQuantity: decimal }).optional(),
});
export type OrderChanged = z.infer<typeof orderChanged>;

/**
 * The venue took an execution back (bust). Booked as the reversal of its entry; a correction is a bust and a new fill.
 * Apply leaves the held exposure alone, book moves it by the change of the position's cost: it may be less than the fill.
 */
export const orderFillBusted = z.strictObject({
  fillId: id,
  orderId: id,
  intentId: id,
  signalId: id,
  accountId: id,
  symbol,
  reason: z.string().max(500),
  at: instant,
});
export type OrderFillBusted = z.infer<typeof orderFillBusted>;

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
  /** What the venue charged for it, in `currency`; absent when it says nothing of fees. */
  fee: decimal.optional(),
  /** What its signal holds for it, where that is not its worth: a spread bounds the loss, a rate converts it. */
  exposure: decimal.optional(),
  executedAt: instant,
});
export type OrderFilled = z.infer<typeof orderFilled>;
