import { decimal, instant, side, symbol, type OrderTerms } from '@keelson/contracts';
import { z } from 'zod';
import type { VenueBalance, VenueExecution, VenueOrder, VenuePosition } from '../../broker.port.ts';
import { read } from './parse.ts';

const id = z.string().min(1).max(200);
const named = {
  venue_order_id: z.string().min(1).max(64),
  client_order_id: z.string().min(1).max(64).optional(),
  account: z.string(),
  symbol,
  side,
};

const openOrder = z.strictObject({
  ...named,
  quantity: decimal,
  filled_quantity: decimal,
  average_price: decimal.optional(),
  status: z.enum(['accepted', 'partially_filled']),
  reason: z.string().optional(),
  type: z.enum(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']),
  time_in_force: z.enum(['day', 'gtc', 'ioc', 'fok']),
  limit_price: decimal.optional(),
  stop_price: decimal.optional(),
  trail: decimal.optional(),
  trail_unit: z.enum(['price', 'percent']).optional(),
  reduce_only: z.boolean(),
  placed_at: instant,
});
const openOrders = z.strictObject({ as_of: instant, orders: z.array(openOrder) });
const execution = z.strictObject({
  ...named,
  execution_id: id,
  quantity: decimal,
  price: decimal,
  fee: decimal.optional(),
  at: instant,
});
const executions = z.strictObject({ as_of: instant, executions: z.array(execution), more: z.boolean() });
const balances = z.strictObject({
  as_of: instant,
  balances: z.array(z.strictObject({ account: z.string(), currency: z.string(), cash: decimal })),
});
const positions = z.strictObject({
  as_of: instant,
  positions: z.array(z.strictObject({ account: z.string(), symbol, quantity: decimal })),
});
const cancelled = z.strictObject({ cancelled: z.int().min(0) });

/** A list and the venue's time of it. */
export interface Listed<What> {
  readonly asOf: string;
  readonly items: readonly What[];
}

export function parseOpenOrders(body: string): Listed<VenueOrder> | undefined {
  const parsed = read(openOrders, body);
  return parsed && { asOf: parsed.as_of, items: parsed.orders.map(orderOf) };
}

/** One page, and whether there may be another. */
export function parseExecutions(body: string): (Listed<VenueExecution> & { readonly more: boolean }) | undefined {
  const parsed = read(executions, body);
  return parsed && { asOf: parsed.as_of, items: parsed.executions.map(executionOf), more: parsed.more };
}

export function parseBalances(body: string): Listed<VenueBalance> | undefined {
  const parsed = read(balances, body);
  return parsed && { asOf: parsed.as_of, items: parsed.balances };
}

export function parsePositions(body: string): VenuePosition[] | undefined {
  return read(positions, body)?.positions.map(({ quantity, ...rest }) => ({ ...rest, netQuantity: quantity }));
}

/** How many orders a mass cancel ended. */
export function parseCancelled(body: string): number | undefined {
  return read(cancelled, body)?.cancelled;
}

function orderOf(order: z.infer<typeof openOrder>): VenueOrder {
  return {
    account: order.account,
    venueOrderId: order.venue_order_id,
    clientOrderId: order.client_order_id,
    symbol: order.symbol,
    side: order.side,
    quantity: order.quantity,
    filledQuantity: order.filled_quantity,
    terms: termsOf(order),
    reduceOnly: order.reduce_only,
    placedAt: order.placed_at,
  };
}

function termsOf(order: z.infer<typeof openOrder>): OrderTerms {
  const { type, time_in_force: timeInForce, limit_price, stop_price, trail = '0', trail_unit = 'price' } = order;
  switch (type) {
    case 'market':
      return { type, timeInForce };
    case 'limit':
      return { type, timeInForce, limitPrice: limit_price ?? '0' };
    case 'stop':
      return { type, timeInForce, stopPrice: stop_price ?? '0' };
    case 'stop_limit':
      return { type, timeInForce, stopPrice: stop_price ?? '0', limitPrice: limit_price ?? '0' };
    case 'trailing_stop':
      return { type, timeInForce, trail, trailUnit: trail_unit };
  }
}

function executionOf(execution_: z.infer<typeof execution>): VenueExecution {
  const { execution_id, venue_order_id, client_order_id, account, symbol: name, side: way } = execution_;
  const { quantity, price, fee, at } = execution_;
  return {
    ...{ account, executionId: execution_id, venueOrderId: venue_order_id, clientOrderId: client_order_id },
    ...{ symbol: name, side: way, quantity, price, fee, at },
  };
}
