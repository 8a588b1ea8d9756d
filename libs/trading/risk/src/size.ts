import { Decimal, notional, rounded, ZERO } from '@keelson/kernel';
import type { Situation } from './situation.ts';
import { maximumLoss } from './spread.ts';

/** What many checks ask of a situation, worked out once. */
interface Size {
  readonly reducible: Decimal;
  readonly shrinks: boolean;
  readonly price: Decimal;
  readonly worth: Decimal;
  readonly reservation: Decimal;
}
const known = new WeakMap<Situation, Size>();

function sizeOf(situation: Situation): Size {
  let size = known.get(situation);
  if (!size) known.set(situation, (size = measure(situation)));
  return size;
}

function measure(situation: Situation): Size {
  const { side, position, openBuys, openSells, quantity, legs, instrument } = situation;
  const left = side === 'sell' ? position.minus(openSells) : position.negated().minus(openBuys);
  const reducible = Decimal.max(left, ZERO);
  const shrinks = legs ? legs.every((leg) => leg.reducible.gte(leg.quantity)) : reducible.gte(quantity);
  const price = worstPrice(situation);
  const own = legs ? maximumLoss(legs).amount : notional(quantity, price, instrument.multiplier);
  const worth = converted(situation, own);
  const opened = legs
    ? worth
    : converted(situation, notional(quantity.minus(Decimal.min(quantity, reducible)), price, instrument.multiplier));
  return { reducible, shrinks, price, worth, reservation: shrinks ? ZERO : opened };
}

/** An amount of the instrument's currency in the account's. Without a rate nothing is opened, and the amount is as it was. */
export function converted({ rate }: Situation, amount: Decimal): Decimal {
  return rate === 'unknown' ? amount : rounded(amount.times(rate));
}

function worstPrice({ price, terms }: Situation): Decimal {
  const limit = 'limitPrice' in terms ? new Decimal(terms.limitPrice) : price;
  const stop = 'stopPrice' in terms ? new Decimal(terms.stopPrice) : price;
  return Decimal.max(price.abs(), limit.abs(), stop.abs());
}

/** Units by which the position may still shrink: what orders in flight will take off it is gone already. */
export function reducible(situation: Situation): Decimal {
  return sizeOf(situation).reducible;
}

/** Units of the signal that shrink the position. A spread is not taken apart: all or nothing of it shrinks. */
export function reducing(situation: Situation): Decimal {
  return situation.legs ? ZERO : Decimal.min(situation.quantity, reducible(situation));
}

/** True when it only shrinks positions, and turns none, whatever of the orders in flight is filled. */
export function shrinks(situation: Situation): boolean {
  return sizeOf(situation).shrinks;
}

/** The price to size by: the worse of what the sender saw and what the order may pay. */
export function sizingPrice(situation: Situation): Decimal {
  return sizeOf(situation).price;
}

/** Worth of the whole order, in the account's currency; of a spread, what it can lose. */
export function worth(situation: Situation): Decimal {
  return sizeOf(situation).worth;
}

/** What an approval reserves: the worth of what it opens, so that a position can be left when the limit is used up. */
export function reservation(situation: Situation): Decimal {
  return sizeOf(situation).reservation;
}
