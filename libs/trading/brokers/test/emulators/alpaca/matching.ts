import { Decimal } from '@keelson/kernel';
import type { EmulatedOrder } from './model.ts';

/** What a price means for an order that works: to fill at it, to go on waiting, or to end what cannot wait. */
export type Match = 'fill' | 'wait' | 'cancel';

/** True when an order is, or from this price on becomes, one that trades. */
export function reaches(order: EmulatedOrder, price: Decimal): boolean {
  return order.type === 'trailing_stop' ? reachesTrail(order, price) : reachesStop(order, price);
}

/** Pure. A stop that was reached is a market order, one with a limit waits for that too. */
export function match(order: EmulatedOrder, price: Decimal, isTriggered: boolean): Match {
  if (isTriggered && meetsLimit(order, price)) return 'fill';
  return order.time_in_force === 'ioc' || order.time_in_force === 'fok' ? 'cancel' : 'wait';
}

/** The best price since a trailing order stood; others have none. */
export function highWaterMark({ type, side, hwm }: EmulatedOrder, price: Decimal): string | null {
  if (type !== 'trailing_stop') return null;
  if (hwm === null) return price.toFixed();
  return (side === 'sell' ? Decimal.max(hwm, price) : Decimal.min(hwm, price)).toFixed();
}

function reachesStop({ stop_price, side }: EmulatedOrder, price: Decimal): boolean {
  if (stop_price === null) return true;
  return side === 'buy' ? price.gte(stop_price) : price.lte(stop_price);
}

function reachesTrail(order: EmulatedOrder, price: Decimal): boolean {
  const mark = new Decimal(order.hwm ?? price);
  const distance =
    order.trail_price !== null ? new Decimal(order.trail_price) : mark.times(order.trail_percent!).div(100);
  return order.side === 'sell' ? price.lte(mark.minus(distance)) : price.gte(mark.plus(distance));
}

function meetsLimit({ limit_price, side }: EmulatedOrder, price: Decimal): boolean {
  if (limit_price === null) return true;
  return side === 'buy' ? price.lte(limit_price) : price.gte(limit_price);
}
