import { type Duration, milliseconds } from '@keelson/kernel';
import type { OpenClaim } from './claims.store.ts';

/**
 * Claims that may still reach the venue: unresolved, and their deadline not yet past by more than the venue's clock may
 * be off. Whatever is older than that is at the venue, where its open orders show it, or never will be. Pure.
 */
export function claimsInFlight(claims: readonly OpenClaim[], skewOf: (accountId: string) => Duration): number {
  return claims.filter(
    ({ accountId, deadline, now }) => now.getTime() <= deadline.getTime() + milliseconds(skewOf(accountId)),
  ).length;
}
