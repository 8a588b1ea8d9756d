import type { Id } from '@keelson/kernel';

/** From least to most: each may do all that the ones before it may. */
export const roles = ['viewer', 'trader', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];

/** Who a request is made by, and for which team. */
export interface Identity {
  readonly userId: string;
  readonly teamId: Id;
  readonly role: Role;
}

export function isRole(value: unknown): value is Role {
  return (roles as readonly unknown[]).includes(value);
}

/** True when the identity's role is the given one or above it. */
export function hasRole(identity: Identity, atLeast: Role): boolean {
  return roles.indexOf(identity.role) >= roles.indexOf(atLeast);
}
