import { decimalText } from '@keelson/kernel';
import type { Check } from '../denial.ts';
import { shrinks } from '../size.ts';

const check = 'conversion';

/** What is in another currency than the account's counts at the last rate. Without a fresh one nothing is opened. */
export const conversion: Check = (situation) => {
  const { rate, instrument } = situation;
  const shown = { currency: instrument.currency, rate: rate === 'unknown' ? rate : decimalText(rate) };
  return rate === 'unknown' && !shrinks(situation)
    ? { check, denied: 'stale_price', numbers: shown }
    : { check, numbers: shown };
};
