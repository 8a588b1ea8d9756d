import { limitCheck } from '../limit-check.ts';

/** How many symbols the account may hold at once; adding to one that is open does not count. */
export const maxOpenPositions = limitCheck({
  check: 'max_open_positions',
  code: 'max_open_positions',
  limit: 'max_open_positions',
  compare: ({ openPositions, position }, limit) => ({
    exceeded: position.isZero() && limit.lte(openPositions),
    numbers: { open_positions: String(openPositions) },
  }),
});
