import type { OrderRole } from '@keelson/contracts';
import type { ClaimState, OrderClaim } from './claim.store.ts';

/** What may be done with an order that waits to be sent. */
export type ClaimDecision =
  /** Nothing of it is at the venue: send it, if the gate of the claim lets it. */
  | { readonly kind: 'send' }
  /** An attempt was made and its end is not known: ask the venue, never send blindly. */
  | { readonly kind: 'resolve' }
  /** It provably never left and may not any more. */
  | { readonly kind: 'drop'; readonly because: 'expired' | 'halted' | 'cancelled'; readonly reason: string }
  /** It has ended: nothing is owed. */
  | { readonly kind: 'done' };

/** What a claim is about. */
export interface Claimed {
  /** ISO 8601; past it the order never leaves. */
  readonly expiresAt: string;
  /** It can only shrink a position: a resumed halt leaves it valid, since it was not approved by a limit. */
  readonly reduceOnly: boolean;
  /** An exit covers what was filled, also what is filled while trading is halted. */
  readonly role: OrderRole;
}

const EXITS: ReadonlySet<OrderRole> = new Set(['take_profit', 'stop_loss']);

/**
 * Decides a claim; pure. Every doubt falls to the safe side: a state that is not ACTIVE, or that changed since the
 * approval, lets nothing new out. What leaves during a halt are the halt's own orders, and exits that only shrink what an
 * order filled late, unless the halt takes protective orders away as well.
 *
 * @param order how the order stands; undefined when it is being placed in this very transaction
 * @param absent true when the venue said, after the last deadline, that it never got the last attempt
 */
export function decideClaim(
  { expiresAt, reduceOnly, role }: Claimed,
  state: ClaimState,
  order: OrderClaim | undefined,
  absent: boolean,
): ClaimDecision {
  if (order && order.status !== 'created') {
    const pending = order.status === 'submitted' || order.status === 'unknown';
    if (!pending) return { kind: 'done' };
    if (!absent) return { kind: 'resolve' };
  }
  if (state.now >= new Date(expiresAt)) {
    return { kind: 'drop', because: 'expired', reason: `not sent: it expired at ${expiresAt}` };
  }
  if (order?.cancelRequested) return { kind: 'drop', because: 'cancelled', reason: 'not sent: it was taken back' };
  if (state.haltPermits !== undefined) {
    return state.haltPermits && reduceOnly ? { kind: 'send' } : halted('its halt has moved on');
  }
  if (state.state === 'HALTED') {
    const protects = reduceOnly && EXITS.has(role);
    return protects && state.keepsProtection ? { kind: 'send' } : halted('trading is halted');
  }
  const changed = state.decidedGeneration !== undefined && state.decidedGeneration !== state.generation;
  if (changed && !reduceOnly) return halted('the trading state changed after the approval');
  return { kind: 'send' };
}

function halted(why: string): ClaimDecision {
  return { kind: 'drop', because: 'halted', reason: `not sent: ${why}` };
}
