import type { VenuePosition } from '@keelson/brokers';
import type { Side } from '@keelson/contracts';
import { Decimal, decimalText } from '@keelson/kernel';
import type { Scope } from '@keelson/risk';

/** An order that closes what the venue shows: always the other side, never more than is there. */
export interface FlatteningOrder {
  readonly symbol: string;
  readonly side: Side;
  /** Decimal text, positive. */
  readonly quantity: string;
}

/** Positions that a halt means to close. */
export function positionsMeant(positions: readonly VenuePosition[], scope: Scope): readonly VenuePosition[] {
  const open = positions.filter(({ netQuantity }) => !new Decimal(netQuantity).isZero());
  return scope.kind === 'symbol' ? open.filter(({ symbol }) => symbol === scope.symbol) : open;
}

/**
 * Sizes the flattening of an account from what its venue shows. A symbol whose earlier order may still fill is left
 * alone: closing it twice would open the other side. Pure.
 */
export function planFlatten(
  positions: readonly VenuePosition[],
  scope: Scope,
  underway: ReadonlySet<string>,
): readonly FlatteningOrder[] {
  return positionsMeant(positions, scope)
    .filter(({ symbol }) => !underway.has(symbol))
    .map(({ symbol, netQuantity }) => {
      const net = new Decimal(netQuantity);
      return { symbol, side: net.isNegative() ? 'buy' : 'sell', quantity: decimalText(net.abs()) };
    });
}
