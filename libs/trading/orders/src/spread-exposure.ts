import type { SpreadLeg } from '@keelson/contracts';
import { Decimal, decimalText, notional, rounded, roundedDown, ZERO } from '@keelson/kernel';
import type { IntentRecord, OrderRecord } from './order-record.ts';

/** A spread's reservation over its legs, by what each is worth; the last one takes what rounding left, so nothing is lost. */
export function sharesOf(reserved: string, legs: readonly SpreadLeg[]): readonly string[] {
  const worths = legs.map(({ quantity, price, multiplier }) =>
    notional(new Decimal(quantity), new Decimal(price), new Decimal(multiplier)),
  );
  const total = worths.reduce((sum, one) => sum.plus(one), ZERO);
  let left = new Decimal(reserved);
  return worths.map((one, index) => {
    const last = index === worths.length - 1;
    const share = last || total.isZero() ? left : roundedDown(new Decimal(reserved).times(one).div(total));
    left = left.minus(share);
    return decimalText(share);
  });
}

/**
 * What a fill holds of exposure, in the account's currency: its worth at the rate of the approval. Of a spread's leg its
 * share of the most that the spread can lose, and what it was dearer than asked: filled as a whole, the legs together hold
 * that loss, exactly.
 */
export function exposureOfFill(
  intent: IntentRecord,
  { role, leg, side, referencePrice, multiplier }: OrderRecord,
  { quantity, price }: { readonly quantity: Decimal; readonly price: Decimal },
): Decimal {
  const worth = rounded(notional(quantity, price, multiplier).times(intent.rate));
  if (role !== 'leg' || !intent.legs) return worth;
  const share = new Decimal(sharesOf(decimalText(intent.notional), intent.legs)[leg]!);
  const asked = notional(quantity, referencePrice, multiplier).times(intent.rate);
  const dearer = side === 'buy' ? worth.minus(asked) : asked.minus(worth);
  const own = share.times(quantity).div(intent.legs[leg]!.quantity);
  return rounded(Decimal.max(own.plus(dearer), ZERO));
}
