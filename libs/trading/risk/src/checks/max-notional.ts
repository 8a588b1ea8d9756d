import { decimalText } from '@keelson/kernel';
import type { Check } from '../denial.ts';

/** The largest order that the account may send. */
export const maxNotional: Check = ({ limits, notional }) => {
  if (!limits.maxNotional) return { check: 'max_notional', denied: 'unknown_limit', numbers: { limit: 'none' } };
  const numbers = { limit: decimalText(limits.maxNotional), notional: decimalText(notional) };
  return notional.gt(limits.maxNotional)
    ? { check: 'max_notional', denied: 'max_notional', numbers }
    : { check: 'max_notional', numbers };
};
