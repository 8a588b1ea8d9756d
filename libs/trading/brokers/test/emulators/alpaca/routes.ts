import { Decimal } from '@keelson/kernel';
import type { Book } from './book.ts';
import type { Market } from './market.ts';
import { assetId, type EmulatedOrder, isOpen, type OrderBody } from './model.ts';
import type { Weather } from './weather.ts';

export interface VenueRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface VenueAnswer {
  readonly status: number;
  readonly body?: unknown;
}

interface Venue {
  readonly book: Book;
  readonly market: Market;
  readonly weather: Weather;
}

/** The part of Trading API v2 that an adapter and the vendor's SDK use. */
export function answer(venue: Venue, request: VenueRequest): VenueAnswer {
  const { method, path, query } = request;
  const [, , collection, rest] = path.split('/');
  if (path === '/v2/orders:by_client_order_id') {
    const id = query.get('client_order_id') ?? '';
    return shown(venue.book.byClientId(id), id);
  }
  if (collection === 'orders') return rest === undefined ? orders(venue, request) : oneOrder(venue, request, rest);
  if (method !== 'GET') return missing(path);
  if (collection === 'positions') return positions(venue, rest === undefined ? undefined : decodeURIComponent(rest));
  if (path === '/v2/account') return { status: 200, body: account(venue) };
  if (/^\/v2\/account\/activities(\/FILL)?$/.test(path)) return activities(venue, query);
  if (path === '/v2/clock') {
    const at = new Date().toISOString();
    return { status: 200, body: { timestamp: at, is_open: true, next_open: at, next_close: at } };
  }
  return missing(path);
}

function orders({ book, market }: Venue, { method, query, body }: VenueRequest): VenueAnswer {
  if (method === 'POST') {
    const order = market.submit((body ?? {}) as OrderBody);
    return 'code' in order ? refused(order) : { status: 200, body: order };
  }
  if (method === 'DELETE') {
    const open = [...book.orders.values()].filter(isOpen);
    const results = open.map((order) => {
      const refusal = market.cancel(order);
      return refusal === undefined
        ? { id: order.id, status: 200 }
        : { id: order.id, status: 500, body: { ...refusal } };
    });
    return { status: 207, body: results };
  }
  return method === 'GET' ? { status: 200, body: listed(book, query) } : missing('/v2/orders');
}

/** `status` is open unless asked otherwise, the newest come first, 50 of them, and `after` is exclusive. */
function listed(book: Book, query: URLSearchParams): EmulatedOrder[] {
  const status = query.get('status') ?? 'open';
  const after = Date.parse(query.get('after') ?? '') || Number.NEGATIVE_INFINITY;
  const until = Date.parse(query.get('until') ?? '') || Number.POSITIVE_INFINITY;
  const symbols = query.get('symbols')?.split(',');
  const found = [...book.orders.values()]
    .filter((order) => status === 'all' || isOpen(order) === (status === 'open'))
    .filter(({ symbol }) => symbols === undefined || symbols.includes(symbol))
    .filter(({ submitted_at }) => Date.parse(submitted_at) > after && Date.parse(submitted_at) < until);
  if (query.get('direction') !== 'asc') found.reverse();
  return found.slice(0, Math.min(500, Number(query.get('limit') ?? 50)));
}

function oneOrder({ book, market }: Venue, { method, body }: VenueRequest, id: string): VenueAnswer {
  const order = book.orders.get(id);
  if (order === undefined || method === 'GET') return shown(order, id);
  if (method === 'PATCH') {
    const revision = market.replace(order, (body ?? {}) as OrderBody);
    return 'code' in revision ? refused(revision) : { status: 200, body: revision };
  }
  if (method !== 'DELETE') return missing(id);
  const refusal = market.cancel(order);
  return refusal === undefined ? { status: 204 } : refused(refusal);
}

function activities({ book, weather }: Venue, query: URLSearchParams): VenueAnswer {
  if (weather.hidesActivities) return { status: 200, body: [] };
  const after = Date.parse(query.get('after') ?? '') || Number.NEGATIVE_INFINITY;
  const order = query.get('order_id');
  const found = book.fills
    .filter(({ transaction_time }) => Date.parse(transaction_time) > after)
    .filter(({ order_id }) => order === null || order_id === order);
  if (query.get('direction') !== 'asc') found.reverse();
  const token = query.get('page_token');
  const from = token === null ? 0 : found.findIndex(({ id }) => id === token) + 1;
  return { status: 200, body: found.slice(from, from + Math.min(100, Number(query.get('page_size') ?? 100))) };
}

function positions({ book, market }: Venue, symbol: string | undefined): VenueAnswer {
  const all = [...book.positions()].map(([name, quantity]) => position(book, name, quantity, market.priceOf(name)));
  if (symbol === undefined) return { status: 200, body: all };
  const one = all.find((item) => item.symbol === symbol.replace('/', ''));
  return one
    ? { status: 200, body: one }
    : { status: 404, body: { code: 40_410_000, message: 'position does not exist' } };
}

/** A pair of currencies loses its stroke in a position; a short one has a negative quantity. */
function position(book: Book, symbol: string, quantity: Decimal, price: Decimal) {
  const isCrypto = symbol.includes('/');
  const bought = book.fills.filter((fill) => fill.symbol === symbol);
  const cost = bought.reduce((sum, fill) => sum.plus(new Decimal(fill.qty).times(fill.price)), new Decimal(0));
  const size = bought.reduce((sum, { qty }) => sum.plus(qty), new Decimal(0));
  const value = quantity.times(price).toFixed();
  return {
    ...{ asset_id: assetId(), symbol: symbol.replace('/', ''), exchange: isCrypto ? 'CRYPTO' : 'NASDAQ' },
    ...{ asset_class: isCrypto ? 'crypto' : 'us_equity', asset_marginable: !isCrypto, qty: quantity.toFixed() },
    ...{ qty_available: quantity.toFixed(), side: quantity.gt(0) ? 'long' : 'short' },
    ...{ avg_entry_price: cost.div(size).toDecimalPlaces(6).toFixed(), market_value: value, cost_basis: value },
    ...{ unrealized_pl: '0', unrealized_plpc: '0', unrealized_intraday_pl: '0', unrealized_intraday_plpc: '0' },
    ...{ current_price: price.toFixed(), lastday_price: price.toFixed(), change_today: '0' },
  };
}

function account({ book }: Venue) {
  const cash = book.cash.toFixed();
  return {
    ...{ id: 'e6fe16f3-64a4-4921-8928-cadf02f92f98', account_number: 'PA0000000001', status: 'ACTIVE' },
    ...{ crypto_status: 'ACTIVE', currency: 'USD', cash, buying_power: cash, regt_buying_power: cash },
    ...{ non_marginable_buying_power: cash, portfolio_value: cash, equity: cash, last_equity: cash, accrued_fees: '0' },
    ...{ long_market_value: '0', short_market_value: '0', initial_margin: '0', maintenance_margin: '0' },
    ...{ last_maintenance_margin: '0', sma: '0', multiplier: '2', shorting_enabled: true, trading_blocked: false },
    ...{ transfers_blocked: false, account_blocked: false, trade_suspended_by_user: false },
    ...{ created_at: '2024-01-02T15:04:05.123456Z', options_approved_level: 2, options_trading_level: 2 },
  };
}

function shown(order: EmulatedOrder | undefined, asked: string): VenueAnswer {
  if (order !== undefined) return { status: 200, body: order };
  return { status: 404, body: { code: 40_410_000, message: `order not found for ${asked}` } };
}

function refused({ status, code, message }: { status: number; code: number; message: string }): VenueAnswer {
  return { status, body: { code, message } };
}

function missing(path: string): VenueAnswer {
  return { status: 404, body: { message: `endpoint not found: ${path}` } };
}
