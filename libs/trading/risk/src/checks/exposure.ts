import { decimalText } from '@keelson/kernel';
import type { Check } from '../denial.ts';
import { reservation } from '../size.ts';

const check = 'exposure';

/**
 * What is held and reserved, and this order, within the maximum of the account, and of strategy and symbol where they
 * have one. This reading saves a doomed write; what binds is seal_approval(), which compares again at the end of the
 * same transaction.
 */
export const exposure: Check = (situation) => {
  const { exposures, limits } = situation;
  const account = exposures.find(({ scope }) => scope === 'account');
  if (!account || limits.max_exposure === undefined)
    return { check, denied: 'unknown_limit', numbers: { limit: 'none' } };
  const amount = reservation(situation);
  const full = exposures.find(({ held, reserved, maximum }) => maximum && held.plus(reserved).plus(amount).gt(maximum));
  const { scope, held, reserved, maximum } = full ?? account;
  const numbers = {
    scope,
    limit: maximum ? decimalText(maximum) : 'unlimited',
    held: decimalText(held),
    reserved: decimalText(reserved),
    notional: decimalText(amount),
  };
  return full && amount.gt(0) ? { check, denied: 'exposure', numbers } : { check, numbers };
};
