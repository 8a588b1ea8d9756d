import { decimalText } from '@keelson/kernel';
import type { Check } from '../denial.ts';
import { reducible, shrinks } from '../size.ts';

/** What says of itself that it only shrinks a position must do so, also when everything in flight is filled first. */
export const reduceOnly: Check = (situation) => {
  if (!situation.reduceOnly) return { check: 'reduce_only', numbers: {} };
  const { position, quantity } = situation;
  const numbers = {
    position: decimalText(position),
    reducible: decimalText(reducible(situation)),
    quantity: decimalText(quantity),
  };
  return shrinks(situation)
    ? { check: 'reduce_only', numbers }
    : { check: 'reduce_only', denied: 'reduce_only', numbers };
};
