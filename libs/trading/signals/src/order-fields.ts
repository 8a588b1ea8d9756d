import type { OrderTerms, OrderType } from '@keelson/contracts';
import { readAmount, readPercent, readWord } from './alert-fields.ts';
import type { FieldReader } from './field-reader.ts';

/** What an alert may say of the kind of its order. All are optional: without them it is a market order for the day. */
export const ORDER_FIELDS = [
  'type',
  'limit_price',
  'stop_price',
  'trail_amount',
  'trail_percent',
  'time_in_force',
] as const;
type Field = (typeof ORDER_FIELDS)[number];
type PriceField = Exclude<Field, 'type' | 'time_in_force'>;

const TYPES = ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'] as const satisfies readonly OrderType[];
const TIMES = ['day', 'gtc', 'ioc', 'fok'] as const;
const PRICE_FIELDS = ['limit_price', 'stop_price', 'trail_amount', 'trail_percent'] as const;
const NEEDS: Readonly<Record<OrderType, readonly PriceField[]>> = {
  market: [],
  limit: ['limit_price'],
  stop: ['stop_price'],
  stop_limit: ['stop_price', 'limit_price'],
  trailing_stop: ['trail_amount', 'trail_percent'],
};

/** The terms of an order; undefined when nothing was said of them, or when something is wrong, which the reader keeps. */
export function readTerms(reader: FieldReader<Field>): OrderTerms | undefined {
  if (!ORDER_FIELDS.some((field) => reader.has(field))) return undefined;
  const type = reader.has('type') ? reader.optional('type', readWord(TYPES)) : 'market';
  const timeInForce = reader.has('time_in_force') ? reader.optional('time_in_force', readWord(TIMES)) : 'day';
  if (!type || !timeInForce) return undefined;
  for (const field of PRICE_FIELDS) {
    if (!NEEDS[type].includes(field)) reader.forbid(field, `a ${type} order has none; say "type"`);
  }
  if (type === 'market' && timeInForce === 'gtc') {
    reader.complain('time_in_force', 'must be "day", "ioc" or "fok" for a market order');
  }
  if ((timeInForce === 'ioc' || timeInForce === 'fok') && type !== 'market' && type !== 'limit') {
    reader.complain('time_in_force', `must be "day" or "gtc" for a ${type} order, which waits for its price`);
  }
  return termsOf(type, timeInForce, reader);
}

function termsOf(type: OrderType, timeInForce: OrderTerms['timeInForce'], reader: FieldReader<Field>) {
  if (type === 'market') return { type, timeInForce };
  if (type === 'trailing_stop') {
    const trail = readTrail(reader);
    return trail && { type, timeInForce, ...trail };
  }
  const stopPrice = type === 'limit' ? '' : reader.required('stop_price', readAmount);
  const limitPrice = type === 'stop' ? '' : reader.required('limit_price', readAmount);
  if (stopPrice === undefined || limitPrice === undefined) return undefined;
  if (type === 'limit') return { type, timeInForce, limitPrice };
  return type === 'stop' ? { type, timeInForce, stopPrice } : { type, timeInForce, stopPrice, limitPrice };
}

/** How far behind the best price a trailing stop stays: by an amount, or by a percentage. */
export function readTrail(
  reader: FieldReader<'trail_amount' | 'trail_percent'>,
): { readonly trail: string; readonly trailUnit: 'price' | 'percent' } | undefined {
  if (reader.has('trail_amount')) reader.forbid('trail_percent', 'it has "trail_amount" already');
  const percent = reader.has('trail_percent');
  const trail = percent ? reader.optional('trail_percent', readPercent) : reader.required('trail_amount', readAmount);
  return trail === undefined ? undefined : { trail, trailUnit: percent ? 'percent' : 'price' };
}
