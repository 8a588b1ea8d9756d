import type { OrderTerms, OrderType, TimeInForce } from '@keelson/contracts';
import { parseDecimal } from '@keelson/kernel';
import type { OrderRequest } from '../../broker.port.ts';
import type { Refusal } from './errors.ts';
import type { AlpacaOrder } from './parse.ts';
import type { VenueInstrument } from './symbols.ts';

type Terms = Partial<Record<OrderType, readonly TimeInForce[]>>;

/** What the vendor documents for each class of asset. What is missing here it refuses, so it is not sent. */
const TRADED: Record<VenueInstrument['kind'], Terms> = {
  equity: {
    market: ['day', 'gtc', 'ioc', 'fok'],
    limit: ['day', 'gtc', 'ioc', 'fok'],
    stop: ['day', 'gtc'],
    stop_limit: ['day', 'gtc'],
    trailing_stop: ['day', 'gtc'],
  },
  option: { market: ['day'], limit: ['day'], stop: ['day'], stop_limit: ['day'] },
  crypto: { market: ['gtc', 'ioc'], limit: ['gtc', 'ioc'], stop_limit: ['gtc', 'ioc'] },
};

/** Why Alpaca would not take these terms; undefined when it may. */
export function refuseTerms(
  { kind }: VenueInstrument,
  { terms, quantity }: Pick<OrderRequest, 'terms' | 'quantity'>,
): Refusal | undefined {
  const { type, timeInForce } = terms;
  if (!TRADED[kind][type]?.includes(timeInForce)) return { code: 'terms_not_traded', kind, type, timeInForce };
  if (kind === 'crypto' || isWhole(quantity)) return undefined;
  if (kind === 'option') return { code: 'fraction_not_traded', quantity, because: 'options trade in whole contracts' };
  if (timeInForce === 'day' && type !== 'trailing_stop') return undefined;
  return {
    code: 'fraction_not_traded',
    quantity,
    because: `fractions of a share trade in day orders, not as ${type} ${timeInForce}`,
  };
}

export function isWhole(quantity: string): boolean {
  return parseDecimal(quantity)?.isInteger() === true;
}

/** The body of POST /v2/orders. */
export function orderBody(order: OrderRequest, { kind, symbol }: VenueInstrument): string {
  const { clientOrderId, side, quantity, terms, reduceOnly } = order;
  return JSON.stringify({
    symbol,
    qty: quantity,
    side,
    type: terms.type,
    time_in_force: terms.timeInForce,
    client_order_id: clientOrderId,
    ...pricesOf(terms),
    ...(terms.type === 'trailing_stop' && { [`trail_${terms.trailUnit}`]: terms.trail }),
    ...(reduceOnly && kind !== 'crypto' && { position_intent: `${side}_to_close` }),
  });
}

/** The body of PATCH /v2/orders/:id; `quantity` is that of the new order, fills of the old one not counted in. */
export function replacementBody(revision: Omit<OrderRequest, 'account'>): string {
  const { clientOrderId, quantity, terms } = revision;
  return JSON.stringify({
    qty: quantity,
    time_in_force: terms.timeInForce,
    client_order_id: clientOrderId,
    ...pricesOf(terms),
    ...(terms.type === 'trailing_stop' && { trail: terms.trail }),
  });
}

function pricesOf(terms: OrderTerms): Record<string, string> {
  return {
    ...('limitPrice' in terms && { limit_price: terms.limitPrice }),
    ...('stopPrice' in terms && { stop_price: terms.stopPrice }),
  };
}

/** An order's terms as ours; undefined for what we have no words for, such as an order without the price of its type. */
export function termsOf(order: AlpacaOrder): OrderTerms | undefined {
  const timeInForce = timeInForceOf(order.time_in_force);
  const { type, limit_price: limitPrice, stop_price: stopPrice } = order;
  switch (type) {
    case 'market':
      return { type, timeInForce };
    case 'limit':
      return limitPrice === undefined ? undefined : { type, timeInForce, limitPrice };
    case 'stop':
      return stopPrice === undefined ? undefined : { type, timeInForce, stopPrice };
    case 'stop_limit':
      if (limitPrice === undefined || stopPrice === undefined) return undefined;
      return { type, timeInForce, stopPrice, limitPrice };
    case 'trailing_stop':
      if (order.trail_price !== undefined) return { type, timeInForce, trail: order.trail_price, trailUnit: 'price' };
      if (order.trail_percent === undefined) return undefined;
      return { type, timeInForce, trail: order.trail_percent, trailUnit: 'percent' };
    default:
      return undefined;
  }
}

/** Orders for an auction (`opg`, `cls`) are never ours; they end with their day. */
function timeInForceOf(text: string): TimeInForce {
  return text === 'gtc' || text === 'ioc' || text === 'fok' ? text : 'day';
}
