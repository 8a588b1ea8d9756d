import type { OrderStatus } from '@keelson/contracts';

/** What can happen to an order. `filled` is the fill that completes it, `partly_filled` any other. */
export type OrderEvent =
  'claimed' | 'accepted' | 'partly_filled' | 'filled' | 'rejected' | 'cancelled' | 'expired' | 'unknown';

/**
 * The life of an order at a venue. What is not in the table cannot happen; what is in it twice (answer and stream) or
 * in the wrong order (a fill before the accept) leads to the same end. `undefined`: nothing to do.
 */
export const transitions: Readonly<Record<OrderStatus, Readonly<Partial<Record<OrderEvent, OrderStatus>>>>> = {
  created: {
    claimed: 'submitted',
    expired: 'expired', // too late before the first attempt
    cancelled: 'cancelled', // halted before the first attempt
  },
  submitted: {
    claimed: 'submitted', // another attempt, after the venue said that it never got the first
    accepted: 'accepted',
    partly_filled: 'partially_filled', // the fill overtook the accept
    filled: 'filled',
    rejected: 'rejected',
    cancelled: 'cancelled',
    expired: 'expired', // not sent: the deadline or the signal ran out before the socket write
    unknown: 'unknown',
  },
  unknown: {
    claimed: 'submitted',
    accepted: 'accepted',
    partly_filled: 'partially_filled',
    filled: 'filled',
    rejected: 'rejected',
    cancelled: 'cancelled',
    expired: 'expired', // resolved: the venue never had it, and the signal is too old to send it again
    unknown: 'unknown',
  },
  accepted: {
    accepted: 'accepted',
    unknown: 'accepted', // a lost answer about an order that the stream has told us of
    partly_filled: 'partially_filled',
    filled: 'filled',
    rejected: 'rejected', // real: some venues accept, then refuse at the exchange
    cancelled: 'cancelled',
  },
  partially_filled: {
    accepted: 'partially_filled',
    unknown: 'partially_filled',
    partly_filled: 'partially_filled',
    filled: 'filled',
    cancelled: 'cancelled',
  },
  filled: { accepted: 'filled', unknown: 'filled' },
  rejected: { accepted: 'rejected', unknown: 'rejected' },
  cancelled: {
    accepted: 'cancelled',
    unknown: 'cancelled',
    partly_filled: 'cancelled', // real: the fill crossed the cancel; it is booked, the order stays ended
    filled: 'cancelled',
  },
  expired: { unknown: 'expired' },
};

const TERMINAL: ReadonlySet<OrderStatus> = new Set(['filled', 'rejected', 'cancelled', 'expired']);

/** True when no remainder is open any more. */
export function isTerminal(status: OrderStatus): boolean {
  return TERMINAL.has(status);
}

/** The next status, or undefined when the table has no such row. */
export function nextStatus(from: OrderStatus, event: OrderEvent): OrderStatus | undefined {
  return transitions[from][event];
}
