import type { LimitName } from '@keelson/contracts';
import { type Decimal, decimalText } from '@keelson/kernel';
import type { Check, DenialCode, Numbers } from './denial.ts';
import type { Situation } from './situation.ts';

/** A check that compares with one limit. */
export interface LimitRule {
  readonly check: string;
  readonly code: DenialCode;
  readonly limit: LimitName;
  /** What the limit does not speak of: a rule for options looks away from shares, one on size from what shrinks. */
  readonly spares?: (situation: Situation) => boolean;
  /** Compares; every number that it used is shown. */
  readonly compare: (situation: Situation, limit: Decimal) => Comparison;
}

export interface Comparison {
  readonly exceeded: boolean;
  readonly warning?: string;
  readonly numbers: Numbers;
}

/** Makes a check of a rule. A limit that nobody set denies, whatever the order; one that is null lets everything pass. */
export function limitCheck({ check, code, limit: name, spares, compare }: LimitRule): Check {
  return (situation) => {
    const limit = situation.limits[name];
    if (limit === undefined) return { check, denied: 'unknown_limit', numbers: { limit: 'none', name } };
    if (limit === null) return { check, numbers: { limit: 'unlimited' } };
    if (spares?.(situation)) return { check, numbers: { limit: decimalText(limit), applies: 'no' } };
    const { exceeded, warning, numbers } = compare(situation, limit);
    return {
      check,
      ...(exceeded && { denied: code }),
      ...(warning !== undefined && { warning }),
      numbers: { limit: decimalText(limit), ...numbers },
    };
  };
}

/**
 * Compares an amount with a percentage of the account's equity. Without a known equity above zero nobody can tell how
 * much is too much, and the check denies.
 */
export function shareOfEquity(
  { funds }: Situation,
  amount: Decimal,
  exceeds: (percent: Decimal) => boolean,
  numbers: Numbers,
): Comparison {
  if (!funds?.equity.gt(0)) return { exceeded: true, numbers: { ...numbers, equity: 'unknown' } };
  const percent = amount.div(funds.equity).times(100);
  const shown = { ...numbers, equity: decimalText(funds.equity), percent: decimalText(percent.toDecimalPlaces(4)) };
  return { exceeded: exceeds(percent), numbers: shown };
}
