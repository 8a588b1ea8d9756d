import { decimalText } from '@keelson/kernel';
import type { Check } from '../denial.ts';

/** How many symbols the account may hold at once; adding to one that is open does not count. */
export const maxOpenPositions: Check = ({ limits, openPositions, position }) => {
  const limit = limits.maxOpenPositions;
  if (!limit) return { check: 'max_open_positions', denied: 'unknown_limit', numbers: { limit: 'none' } };
  const numbers = { limit: decimalText(limit), open_positions: String(openPositions) };
  const opens = position.isZero();
  return opens && limit.lte(openPositions)
    ? { check: 'max_open_positions', denied: 'max_open_positions', numbers }
    : { check: 'max_open_positions', numbers };
};
