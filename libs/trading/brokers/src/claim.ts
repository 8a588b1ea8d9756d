import type { SubmitOrder } from '@keelson/contracts';
import type { ClaimState } from './route.store.ts';

/** What may be done with an order that waits to be sent. */
export type ClaimDecision =
  /** Nothing of it is at the venue: send it. */
  | { readonly kind: 'send' }
  /** An attempt was made and its end is not known: ask the venue, never send blindly. */
  | { readonly kind: 'resolve' }
  /** It provably never left and may not any more. */
  | { readonly kind: 'drop'; readonly because: 'expired' | 'halted'; readonly reason: string }
  /** It has ended: nothing is owed. */
  | { readonly kind: 'done' };

/**
 * Decides a claim; pure. Every doubt falls to the safe side: a state that is not ACTIVE, or that changed since the
 * approval, lets nothing new out.
 *
 * @param absent true when the venue said, after the last deadline, that it never got the last attempt
 */
export function decideClaim(order: SubmitOrder, state: ClaimState, absent: boolean): ClaimDecision {
  if (state.status && state.status !== 'created') {
    const pending = state.status === 'submitted' || state.status === 'unknown';
    if (!pending) return { kind: 'done' };
    if (!absent) return { kind: 'resolve' };
  }
  if (state.now >= new Date(order.expiresAt)) {
    return { kind: 'drop', because: 'expired', reason: `not sent: it expired at ${order.expiresAt}` };
  }
  // A halt's own way to close positions: open to its orders alone, while it flattens and nobody has changed its block.
  if (state.haltPermits !== undefined) {
    if (state.haltPermits && order.role === 'flatten' && order.reduceOnly) return { kind: 'send' };
    return { kind: 'drop', because: 'halted', reason: 'not sent: the halt that it was for flattens no more' };
  }
  if (state.state === 'HALTED') return { kind: 'drop', because: 'halted', reason: 'not sent: trading is halted' };
  if (state.decidedGeneration !== undefined && state.decidedGeneration !== state.generation) {
    return { kind: 'drop', because: 'halted', reason: 'not sent: the trading state changed after the approval' };
  }
  return { kind: 'send' };
}
