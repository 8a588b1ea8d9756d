import { describe, expect, it } from '@jest/globals';
import type { Finding } from '../src/denial.ts';
import type { Situation } from '../src/situation.ts';
import { checks } from '../src/verdict.ts';
import type { Case, Denial } from './cases/case.ts';
import { DENIED } from './cases/denied.ts';
import { PASSED } from './cases/passed.ts';
import { situation, withLimit } from './situations.ts';

/** The one check of a name. */
function look(name: string, given: Situation): Finding {
  const found = checks.map((check) => check(given)).filter(({ check }) => check === name);
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe('checks', () => {
  it.each(PASSED)('%s passes when %s', (check, _, given, numbers) => {
    const finding = look(check, given);
    expect(finding.denied).toBeUndefined();
    expect(finding.numbers).toMatchObject(numbers);
  });

  it.each(DENIED)('%s denies when %s', (check, _, given, numbers, code) => {
    const finding = look(check, given);
    expect(finding.denied).toBe(code);
    expect(finding.numbers).toMatchObject(numbers);
  });

  it('each have a case that passes and one that denies', () => {
    const names = checks.map((check) => check(situation()).check).sort();
    const seen = (cases: readonly (Case | Denial)[]) => [...new Set(cases.map(([name]) => name))].sort();
    expect(seen(PASSED)).toEqual(names);
    expect(seen(DENIED)).toEqual(names);
  });

  it('warn one loss before the strategy is halted', () => {
    const given = withLimit('max_consecutive_losses', '3', { consecutiveLosses: 2 });
    expect(look('consecutive_losses', given)).toMatchObject({ warning: 'one more loss halts the strategy' });
  });
});
