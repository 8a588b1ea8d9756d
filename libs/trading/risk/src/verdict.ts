import { duplicate } from './checks/duplicate.ts';
import { expired } from './checks/expired.ts';
import { exposure } from './checks/exposure.ts';
import { halted } from './checks/halted.ts';
import { maxNotional } from './checks/max-notional.ts';
import { maxOpenPositions } from './checks/max-open-positions.ts';
import { shortSale } from './checks/short-sale.ts';
import type { Check, DenialCode, Finding } from './denial.ts';
import type { Situation } from './situation.ts';

/** In this order; the first denial ends it. What stops trading comes before what sizes it. */
export const checks: readonly Check[] = [
  halted,
  expired,
  duplicate,
  shortSale,
  maxNotional,
  maxOpenPositions,
  exposure,
];

export interface Verdict {
  readonly approved: boolean;
  readonly code?: DenialCode;
  /** Every check that ran, the denying one last. */
  readonly findings: readonly Finding[];
}

/** Approves or denies. A check that throws denies nothing by itself: the error leaves the signal undecided, and so untraded. */
export function verdictOn(situation: Situation): Verdict {
  const findings: Finding[] = [];
  for (const check of checks) {
    const finding = check(situation);
    findings.push(finding);
    if (finding.denied) return { approved: false, code: finding.denied, findings };
  }
  return { approved: true, findings };
}
