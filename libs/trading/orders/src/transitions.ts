import type { OrderStatus } from '@keelson/contracts';

/**
 * What can happen to an order. `filled` is the fill that completes it, `partly_filled` any other; `replaced`: a revision
 * stands in its place; `cancel_refused`: it is what it was; `busted`: an execution was taken back or corrected.
 */
export type OrderEvent =
  | 'claimed'
  | 'accepted'
  | 'partly_filled'
  | 'filled'
  | 'rejected'
  | 'cancelled'
  | 'expired'
  | 'replaced'
  | 'unknown'
  | 'cancel_refused'
  | 'busted';

/**
 * The life of an order at a venue. What is not in the table cannot happen; what is in it twice (answer and stream) or
 * in the wrong order (a fill before the accept, a bust before its fill) leads to the same end.
 */
export const transitions: Readonly<Record<OrderStatus, Readonly<Partial<Record<OrderEvent, OrderStatus>>>>> = {
  created: {
    claimed: 'submitted',
    rejected: 'rejected', // a revision whose replacement was refused before its claim
    expired: 'expired', // too late before the first attempt
    cancelled: 'cancelled', // halted or taken back before the first attempt
  },
  submitted: {
    claimed: 'submitted', // another attempt, after the venue said that it never got the first
    accepted: 'accepted',
    partly_filled: 'partially_filled', // the fill overtook the accept
    filled: 'filled',
    rejected: 'rejected',
    cancelled: 'cancelled',
    expired: 'expired', // not sent, or the venue's end of an immediate order overtook its accept
    unknown: 'unknown',
    cancel_refused: 'submitted',
    busted: 'submitted', // the bust overtook its fill, which will count for nothing
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
    cancel_refused: 'unknown',
    busted: 'unknown',
  },
  accepted: {
    accepted: 'accepted',
    unknown: 'accepted', // a lost answer about an order that the stream has told us of
    partly_filled: 'partially_filled',
    filled: 'filled',
    rejected: 'rejected', // real: some venues accept, then refuse at the exchange
    cancelled: 'cancelled',
    expired: 'expired',
    replaced: 'replaced',
    cancel_refused: 'accepted',
    busted: 'accepted',
  },
  partially_filled: {
    accepted: 'partially_filled',
    unknown: 'partially_filled',
    partly_filled: 'partially_filled',
    filled: 'filled',
    cancelled: 'cancelled',
    expired: 'expired',
    replaced: 'replaced',
    cancel_refused: 'partially_filled',
    busted: 'partially_filled', // what was taken back is neither filled nor open again
  },
  filled: { accepted: 'filled', unknown: 'filled', cancel_refused: 'filled', busted: 'filled' },
  rejected: { accepted: 'rejected', unknown: 'rejected', cancel_refused: 'rejected' },
  cancelled: {
    accepted: 'cancelled',
    unknown: 'cancelled',
    partly_filled: 'cancelled', // real: the fill crossed the cancel; it is booked, the order stays ended
    filled: 'cancelled',
    cancel_refused: 'cancelled',
    busted: 'cancelled',
  },
  expired: {
    accepted: 'expired',
    unknown: 'expired',
    partly_filled: 'expired', // the fills of an immediate order, heard after the end of its rest
    filled: 'expired',
    cancel_refused: 'expired',
    busted: 'expired',
  },
  replaced: {
    accepted: 'replaced',
    unknown: 'replaced',
    partly_filled: 'replaced', // the fill crossed the replacement; the revision stands for what was open after it
    filled: 'replaced',
    cancel_refused: 'replaced',
    busted: 'replaced',
  },
};

const TERMINAL: ReadonlySet<OrderStatus> = new Set(['filled', 'rejected', 'cancelled', 'expired', 'replaced']);

/** True when no remainder is open any more. */
export function isTerminal(status: OrderStatus): boolean {
  return TERMINAL.has(status);
}

/** The next status, or undefined when the table has no such row. */
export function nextStatus(from: OrderStatus, event: OrderEvent): OrderStatus | undefined {
  return transitions[from][event];
}
