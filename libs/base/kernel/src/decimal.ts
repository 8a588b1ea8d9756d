import { Decimal as DecimalJs } from 'decimal.js';

/**
 * Exact decimals for money, prices and quantities; a binary float never touches them.
 * 38 significant digits are what `numeric` columns and every venue's largest notional fit in with room to spare.
 */
export const Decimal = DecimalJs.clone({
  precision: 38,
  rounding: DecimalJs.ROUND_HALF_EVEN,
  toExpNeg: -30,
  toExpPos: 38,
});
export type Decimal = DecimalJs;

const PLAIN_DECIMAL = /^-?\d{1,18}(\.\d{1,12})?$/;

/** Largest magnitude a `numeric(30,12)` column holds, and so the bound of every amount that enters the system. */
export const DECIMAL_PATTERN = PLAIN_DECIMAL;

/** A plain decimal text (no exponent, at most 18 digits before and 12 after the point) as a Decimal, or undefined. */
export function parseDecimal(text: string): Decimal | undefined {
  return PLAIN_DECIMAL.test(text) ? new Decimal(text) : undefined;
}

/** The canonical text of a decimal: no exponent, no trailing zeros. The only form that is stored, signed or compared. */
export function decimalText(value: Decimal): string {
  return value.toFixed();
}

export const ZERO = new Decimal(0);
