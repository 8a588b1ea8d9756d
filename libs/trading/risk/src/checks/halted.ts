import type { Check } from '../denial.ts';
import { shrinks } from '../size.ts';

/** HALTED lets no new order pass; REDUCING only what shrinks a position without turning it, orders in flight included. */
export const halted: Check = (situation) => {
  const { tradingState, haltGeneration } = situation;
  const numbers = { trading_state: tradingState, halt_generation: haltGeneration };
  if (tradingState === 'ACTIVE') return { check: 'halted', numbers };
  if (tradingState === 'REDUCING') {
    return shrinks(situation) ? { check: 'halted', numbers } : { check: 'halted', denied: 'reducing_only', numbers };
  }
  return { check: 'halted', denied: 'halted', numbers };
};
