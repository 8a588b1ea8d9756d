import type { Check } from '../denial.ts';

/** What was decided ahead for strategy, symbol and regime. Where there is nothing, or nothing fresh, the other checks decide alone. */
export const decidedAhead: Check = ({ decision }) => {
  if (!decision) return { check: 'decided_ahead', numbers: { cached: 'no' } };
  const { regime, reason } = decision;
  return decision.decision === 'deny'
    ? { check: 'decided_ahead', denied: 'decided_ahead', numbers: { cached: 'deny', regime, reason } }
    : { check: 'decided_ahead', numbers: { cached: 'allow', regime } };
};
