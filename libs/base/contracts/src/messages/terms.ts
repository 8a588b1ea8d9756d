import { z } from 'zod';
import { decimal, id, side, symbol } from '../fields.ts';

/** How long an order may stand at its venue: its trading day, until cancelled, or for what can be had at once. */
export const timeInForce = z.enum(['day', 'gtc', 'ioc', 'fok']);
export type TimeInForce = z.infer<typeof timeInForce>;

/** What a venue is asked for, beside side and quantity. Prices are in quote currency per unit. */
export const orderTerms = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('market'), timeInForce }),
  z.strictObject({ type: z.literal('limit'), timeInForce, limitPrice: decimal }),
  z.strictObject({ type: z.literal('stop'), timeInForce, stopPrice: decimal }),
  z.strictObject({ type: z.literal('stop_limit'), timeInForce, stopPrice: decimal, limitPrice: decimal }),
  z.strictObject({
    type: z.literal('trailing_stop'),
    timeInForce,
    trail: decimal,
    /** `price`: distance in quote currency; `percent`: of the best price since the order stood. */
    trailUnit: z.enum(['price', 'percent']),
  }),
]);
export type OrderTerms = z.infer<typeof orderTerms>;
export type OrderType = OrderTerms['type'];

/** How a filled entry is left again: both given is one-cancels-other. Sized from what was filled, never from what was asked. */
export const exits = z.strictObject({
  takeProfit: z.strictObject({ limitPrice: decimal }).optional(),
  stopLoss: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('stop'), stopPrice: decimal }),
      z.strictObject({ type: z.literal('stop_limit'), stopPrice: decimal, limitPrice: decimal }),
      z.strictObject({ type: z.literal('trailing_stop'), trail: decimal, trailUnit: z.enum(['price', 'percent']) }),
    ])
    .optional(),
});
export type Exits = z.infer<typeof exits>;

/** One leg of a spread: `quantity` is that of the leg, the ratio multiplied out. */
export const spreadLeg = z.strictObject({ symbol, side, quantity: decimal, price: decimal, multiplier: decimal });
export type SpreadLeg = z.infer<typeof spreadLeg>;

/** What an order is for. Exits and flattening only ever shrink a position. */
export const orderRole = z.enum(['entry', 'take_profit', 'stop_loss', 'leg', 'unwind', 'flatten', 'adopted']);
export type OrderRole = z.infer<typeof orderRole>;

/** Names one order at its venue; what cancel and replace are addressed to. */
export const orderAddress = {
  orderId: id,
  intentId: id,
  signalId: id,
  accountId: id,
  broker: z.string().min(1).max(40),
  clientOrderId: z.string().min(1).max(64),
};
