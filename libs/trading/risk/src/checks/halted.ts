import type { Check } from '../denial.ts';

/** HALTED lets no new order pass; REDUCING only what shrinks a position without turning it. */
export const halted: Check = ({ tradingState, haltGeneration, side, position, quantity }) => {
  const numbers = { trading_state: tradingState, halt_generation: haltGeneration };
  if (tradingState === 'HALTED') return { check: 'halted', denied: 'halted', numbers };
  const shrinks = side === 'sell' ? position.gte(quantity) : position.negated().gte(quantity);
  if (tradingState === 'REDUCING' && !shrinks) return { check: 'halted', denied: 'reducing_only', numbers };
  return { check: 'halted', numbers };
};
