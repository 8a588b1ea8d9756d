import type { Check } from '../denial.ts';

/** A late signal describes a market that is gone: it ends here, whatever held it up. */
export const expired: Check = ({ expiresAt, now }) => {
  const numbers = { expires_at: expiresAt.toISOString(), now: now.toISOString() };
  return now >= expiresAt ? { check: 'expired', denied: 'expired', numbers } : { check: 'expired', numbers };
};
