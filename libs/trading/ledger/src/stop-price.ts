import type { Exits, Side } from '@keelson/contracts';
import { Decimal, rounded } from '@keelson/kernel';

/**
 * Where the stop loss of an entry stands when it fills at a price: what its initial risk is measured by. A trailing stop
 * begins at its distance from the entry. Undefined without one.
 */
export function stopPriceOf(exits: Exits | null | undefined, side: Side, entryPrice: Decimal): Decimal | undefined {
  const stop = exits?.stopLoss;
  if (!stop) return undefined;
  if (stop.type !== 'trailing_stop') return new Decimal(stop.stopPrice);
  const distance =
    stop.trailUnit === 'percent' ? rounded(entryPrice.times(stop.trail).div(100)) : new Decimal(stop.trail);
  return side === 'buy' ? entryPrice.minus(distance) : entryPrice.plus(distance);
}
