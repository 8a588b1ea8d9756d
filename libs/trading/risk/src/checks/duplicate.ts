import type { Check } from '../denial.ts';

/**
 * The same alert in other clothes: same account, strategy, symbol, side, amounts, order reference and sender's time as
 * a signal that was approved. Deliveries that carry an id of their own are not compared: the id says that they differ.
 */
export const duplicate: Check = ({ twin }) =>
  twin
    ? { check: 'duplicate', denied: 'duplicate', numbers: { signal_id: twin } }
    : { check: 'duplicate', numbers: {} };
