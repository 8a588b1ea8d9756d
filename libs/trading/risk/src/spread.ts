import type { Side } from '@keelson/contracts';
import { Decimal, ZERO } from '@keelson/kernel';

/** One leg of a spread as risk sees it: what was asked for, and what the instrument is. */
export interface LegFacts {
  readonly symbol: string;
  readonly side: Side;
  /** Of the leg, the ratio multiplied out. */
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly multiplier: Decimal;
  /** Units by which the leg's own position may still shrink on its side. */
  readonly reducible: Decimal;
  /** When its last price was received or made; absent without one. */
  readonly quotedAt?: Date;
  readonly option?: {
    readonly underlying: string;
    readonly right: 'call' | 'put';
    readonly strike: Decimal;
    readonly expiresAt: Date;
  };
}
type OptionLeg = LegFacts & { readonly option: NonNullable<LegFacts['option']> };

export interface MaximumLoss {
  /** In the currency of the legs; never below zero. */
  readonly amount: Decimal;
  /** False when the loss has no end, or nobody can tell: the amount is then what a careful desk would set aside. */
  readonly defined: boolean;
}

/**
 * The most that a spread can lose at the expiry of its nearest short leg, held until then: premium paid less the worst
 * payoff. Verticals, butterflies and condors come out exactly. A long leg that expires before a short one covers nothing;
 * one that expires later counts with its intrinsic value only, so calendars and diagonals come out no lower than they are.
 * What is short and uncovered, or no option, or on another underlying, counts with its whole worth (short options: their
 * strike). A credit larger than the worst payoff is a wrong price, not a gift: then the payoff alone counts.
 */
export function maximumLoss(legs: readonly LegFacts[]): MaximumLoss {
  const options = legs.filter((leg): leg is OptionLeg => leg.option !== undefined);
  const comparable = options.length === legs.length && new Set(options.map((leg) => leg.option.underlying)).size === 1;
  if (!comparable) return { amount: sumOf(legs, wholeWorth), defined: false };

  const shorts = options.filter((leg) => leg.side === 'sell');
  const lastShort = Math.max(...shorts.map((leg) => leg.option.expiresAt.getTime()));
  const covering = options.filter((leg) => leg.side === 'sell' || leg.option.expiresAt.getTime() >= lastShort);
  if (slopeAtInfinity(covering).lt(0)) return { amount: sumOf(legs, wholeWorth), defined: false };

  const worst = worstPayoff(covering);
  const paid = sumOf(legs, (leg) => units(leg).times(leg.price));
  const loss = paid.minus(worst);
  return { amount: loss.gt(0) ? loss : Decimal.max(worst.negated(), ZERO), defined: true };
}

/** Signed units times the multiplier: what one point of price is worth to the leg. */
function units({ side, quantity, multiplier }: LegFacts): Decimal {
  const size = quantity.times(multiplier);
  return side === 'buy' ? size : size.negated();
}

function wholeWorth(leg: LegFacts): Decimal {
  const price = leg.side === 'sell' && leg.option ? Decimal.max(leg.option.strike, leg.price.abs()) : leg.price.abs();
  return units(leg).abs().times(price);
}

/** Above the highest strike only calls still move. */
function slopeAtInfinity(legs: readonly OptionLeg[]): Decimal {
  return sumOf(
    legs.filter((leg) => leg.option.right === 'call'),
    units,
  );
}

/** The payoff is a line between strikes and rises above the last one, so its lowest point is at zero or at a strike. */
function worstPayoff(legs: readonly OptionLeg[]): Decimal {
  const corners = [ZERO, ...legs.map((leg) => leg.option.strike)];
  return Decimal.min(...corners.map((price) => sumOf(legs, (leg) => units(leg).times(intrinsic(leg, price)))));
}

function intrinsic({ option: { right, strike } }: OptionLeg, price: Decimal): Decimal {
  return Decimal.max(right === 'call' ? price.minus(strike) : strike.minus(price), ZERO);
}

function sumOf<Leg>(legs: readonly Leg[], amount: (leg: Leg) => Decimal): Decimal {
  return legs.reduce((sum, leg) => sum.plus(amount(leg)), ZERO);
}
