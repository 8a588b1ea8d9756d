import type { Check } from '../denial.ts';

/** A contract past its last instant cannot be traded, whatever else is true. */
export const instrumentExpired: Check = ({ instrument, legs, now }) => {
  const ends = [instrument.expiresAt, ...(legs ?? []).map((leg) => leg.option?.expiresAt)];
  const first = Math.min(...ends.map((end) => end?.getTime() ?? Infinity));
  if (first === Infinity) return { check: 'instrument_expired', numbers: {} };
  const numbers = { expires_at: new Date(first).toISOString(), now: now.toISOString() };
  return now.getTime() >= first
    ? { check: 'instrument_expired', denied: 'instrument_expired', numbers }
    : { check: 'instrument_expired', numbers };
};
