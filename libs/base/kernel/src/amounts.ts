import { Decimal, parseDecimal } from './decimal.ts';
import { invariant } from './invariant.ts';

declare const unit: unique symbol;
type Unit<Name extends string> = Decimal & { readonly [unit]: Name };

/** Units, contracts or coins; never negative: the side says the direction. */
export type Quantity = Unit<'quantity'>;
/** Quote currency per unit, before any contract multiplier. */
export type Price = Unit<'price'>;

/** An amount of one currency (ISO 4217 or a venue's asset code). */
export interface Money {
  readonly amount: Decimal;
  readonly currency: string;
}

/** A quantity from text or Decimal; throws InvariantError when it is negative or not a plain decimal. */
export function quantity(value: string | Decimal): Quantity {
  const decimal = typeof value === 'string' ? parseDecimal(value) : value;
  invariant(decimal !== undefined && !decimal.isNegative(), 'A quantity is a plain decimal that is not negative');
  return decimal as Quantity;
}

/** A price from text or Decimal; throws InvariantError when it is not a plain decimal. Spreads may be priced below zero. */
export function price(value: string | Decimal): Price {
  const decimal = typeof value === 'string' ? parseDecimal(value) : value;
  invariant(decimal !== undefined, 'A price is a plain decimal');
  return decimal as Price;
}

/** Places after the point that amounts are kept to, in columns and in messages. */
const PLACES = 12;

/** An amount to the places that are kept, half to even. */
export function rounded(amount: Decimal): Decimal {
  return amount.toDecimalPlaces(PLACES);
}

/** An amount to the places that are kept, towards zero: of shares whose last one takes what is left. */
export function roundedDown(amount: Decimal): Decimal {
  return amount.toDecimalPlaces(PLACES, Decimal.ROUND_DOWN);
}

/** What a quantity is worth: quantity × price × multiplier, in the instrument's currency, rounded. */
export function notional(units: Decimal, at: Decimal, multiplier: Decimal): Decimal {
  return rounded(units.times(at).times(multiplier));
}
