import { Decimal } from '@keelson/kernel';
import { assetClass, type AssetClass, type EmulatedOrder, type OrderBody, type VendorRefusal } from './model.ts';

const TYPES = ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'];
const TIMES: Record<AssetClass, readonly string[]> = {
  us_equity: ['day', 'gtc', 'opg', 'cls', 'ioc', 'fok'],
  us_option: ['day'],
  crypto: ['gtc', 'ioc'],
};
/** States in which the vendor refuses a replacement. */
const NOT_REPLACEABLE = new Set(['accepted', 'pending_new', 'pending_cancel', 'pending_replace']);

export function unprocessable(message: string, code = 40_010_001): VendorRefusal {
  return { status: 422, code, message };
}

/** What the vendor refuses of a new order before it has a record of it; undefined when it takes it. */
export function refuseBody(body: OrderBody, assets: ReadonlySet<string>): VendorRefusal | undefined {
  const { symbol = '', type = '', time_in_force: time = '', side } = body;
  if (!assets.has(symbol)) return unprocessable(`asset "${symbol}" not found`, 42_210_000);
  if (side !== 'buy' && side !== 'sell') return unprocessable('side must be "buy" or "sell"');
  if (!TYPES.includes(type)) return unprocessable(`invalid order type: ${type}`);
  const kind = assetClass(symbol);
  if (!TIMES[kind].includes(time)) return unprocessable(`invalid ${kind} time_in_force: ${time}`, 42_210_000);
  if (!isPositive(body.qty)) return unprocessable('qty must be > 0');
  if (kind === 'us_option' && !new Decimal(body.qty!).isInteger()) return unprocessable('qty must be integer');
  if (kind === 'us_equity' && !new Decimal(body.qty!).isInteger() && time !== 'day') {
    return unprocessable('fractional orders must be DAY orders', 42_210_000);
  }
  if ((body.client_order_id ?? '').length > 128) return unprocessable('client_order_id must be at most 128 characters');
  return refusePrices(type, body);
}

function refusePrices(type: string, body: OrderBody): VendorRefusal | undefined {
  const needsLimit = type === 'limit' || type === 'stop_limit';
  const needsStop = type === 'stop' || type === 'stop_limit';
  if (needsLimit !== isPositive(body.limit_price)) return unprocessable(`${type} orders and limit_price do not fit`);
  if (needsStop !== isPositive(body.stop_price)) return unprocessable(`${type} orders and stop_price do not fit`);
  const trails = [body.trail_price, body.trail_percent].filter(isPositive).length;
  if (trails !== (type === 'trailing_stop' ? 1 : 0)) {
    return unprocessable('trailing_stop orders need exactly one of trail_price and trail_percent');
  }
  return undefined;
}

/** What the vendor refuses of a PATCH. */
export function refuseReplacement(order: EmulatedOrder, changes: Record<string, unknown>): VendorRefusal | undefined {
  if (NOT_REPLACEABLE.has(order.status) || order.filled_at !== null || order.replaced_at !== null) {
    return unprocessable(`cannot replace order in ${order.status} status`, 42_210_000);
  }
  const { qty } = changes as { qty?: string | number };
  if (qty !== undefined && (!isPositive(qty) || (order.asset_class !== 'crypto' && !new Decimal(qty).isInteger()))) {
    return unprocessable('qty must be a positive integer');
  }
  return undefined;
}

function isPositive(value: string | number | undefined): boolean {
  return value !== undefined && /^\d+(\.\d+)?$/.test(String(value)) && new Decimal(value).gt(0);
}
