import { decimalText } from '@keelson/kernel';
import type { Check } from '../denial.ts';

/**
 * What is held and reserved, and this order, within the account's maximum. This reading saves a doomed write; what
 * binds is reserve_exposure(), which compares again at the end of the same transaction.
 */
export const exposure: Check = ({ exposure: scope, notional }) => {
  if (!scope) return { check: 'exposure', denied: 'unknown_limit', numbers: { limit: 'none' } };
  const numbers = {
    limit: decimalText(scope.maximum),
    held: decimalText(scope.held),
    reserved: decimalText(scope.reserved),
    notional: decimalText(notional),
  };
  return scope.held.plus(scope.reserved).plus(notional).gt(scope.maximum)
    ? { check: 'exposure', denied: 'exposure', numbers }
    : { check: 'exposure', numbers };
};
