import { Decimal, notional, ZERO } from '@keelson/kernel';
import type { Situation } from './situation.ts';
import { maximumLoss } from './spread.ts';

/** Units by which the position may still shrink: what orders in flight will take off it is gone already. */
export function reducible({ side, position, openBuys, openSells }: Situation): Decimal {
  const left = side === 'sell' ? position.minus(openSells) : position.negated().minus(openBuys);
  return Decimal.max(left, ZERO);
}

/** Units of the signal that shrink the position. A spread is not taken apart: all or nothing of it shrinks. */
export function reducing(situation: Situation): Decimal {
  if (situation.legs) return ZERO;
  return Decimal.min(situation.quantity, reducible(situation));
}

/** True when it only shrinks positions, and turns none, whatever of the orders in flight is filled. */
export function shrinks(situation: Situation): boolean {
  const { legs, quantity } = situation;
  if (legs) return legs.every((leg) => leg.reducible.gte(leg.quantity));
  return reducible(situation).gte(quantity);
}

/** The price to size by: the worse of what the sender saw and what the order may pay. */
export function sizingPrice({ price, terms }: Situation): Decimal {
  const limit = 'limitPrice' in terms ? new Decimal(terms.limitPrice) : price;
  const stop = 'stopPrice' in terms ? new Decimal(terms.stopPrice) : price;
  return Decimal.max(price.abs(), limit.abs(), stop.abs());
}

/** Worth of the whole order, in the instrument's currency; of a spread, what it can lose. */
export function worth(situation: Situation): Decimal {
  if (situation.legs) return maximumLoss(situation.legs).amount;
  return notional(situation.quantity, sizingPrice(situation), situation.instrument.multiplier);
}

/** What an approval reserves: the worth of what it opens, so that a position can be left when the limit is used up. */
export function reservation(situation: Situation): Decimal {
  if (shrinks(situation)) return ZERO;
  if (situation.legs) return worth(situation);
  const opening = situation.quantity.minus(reducing(situation));
  return notional(opening, sizingPrice(situation), situation.instrument.multiplier);
}
