import type { Check } from '../denial.ts';
import { shrinks } from '../size.ts';

/** A symbol on the list of team or account is not opened; what is held of it may be left. */
export const restricted: Check = (situation) => {
  const { restriction } = situation;
  if (restriction === undefined) return { check: 'restricted', numbers: {} };
  const numbers = { reason: restriction };
  return shrinks(situation) ? { check: 'restricted', numbers } : { check: 'restricted', denied: 'restricted', numbers };
};
