import { describe, expect, it } from '@jest/globals';
import { contractOf, contractsOf, type FuturesRoot } from '../src/index.ts';

const nasdaq: FuturesRoot = { symbol: 'NQ', months: 'HMUZ', expiryRule: 'third_friday', rollDays: 8 };
const oil: FuturesRoot = {
  symbol: 'CL',
  months: 'FGHJKMNQUVXZ',
  expiryRule: 'three_business_days_before_25th_of_prior_month',
  rollDays: 3,
};
const gold: FuturesRoot = { symbol: 'GC', months: 'GJMQVZ', expiryRule: 'third_last_business_day', rollDays: 30 };

describe('the dated contract of a root', () => {
  it.each([
    [nasdaq, '2026-12', 'NQZ2026', '2026-12-18T14:30:00.000Z', 'the third Friday'],
    [nasdaq, '2026-06', 'NQM2026', '2026-06-18T13:30:00.000Z', 'the third Friday is Juneteenth'],
    [nasdaq, '2024-03', 'NQH2024', '2024-03-15T13:30:00.000Z', 'a month that begins on a Friday'],
    [oil, '2026-12', 'CLZ2026', '2026-11-20T19:30:00.000Z', 'three business days before 25 November'],
    [oil, '2027-01', 'CLF2027', '2026-12-21T19:30:00.000Z', 'the 25th is Christmas: four'],
    [gold, '2026-12', 'GCZ2026', '2026-12-29T18:30:00.000Z', 'the third last business day'],
  ])('%j in %s is %s and ends at %s (%s)', (root, month, symbol, expiresAt) => {
    expect(contractOf(root, month)).toMatchObject({ symbol, contractMonth: month, expiresAt: new Date(expiresAt) });
  });

  it('rolls as the trading day of the roll begins, in Chicago’s winter as in summer', () => {
    // Thursday 10 December and Friday 11 September: eight days before the third Friday, and the evening before.
    expect(contractOf(nasdaq, '2026-12')?.rollsAt).toEqual(new Date('2026-12-09T23:00:00Z'));
    expect(contractOf({ ...nasdaq, rollDays: 7 }, '2026-09')?.rollsAt).toEqual(new Date('2026-09-10T22:00:00Z'));
  });

  it('does not exist for a month that is not listed', () => {
    expect(contractOf(nasdaq, '2026-11')).toBeUndefined();
  });

  it('never rolls after its end', () => {
    for (const root of [nasdaq, oil, gold]) {
      for (const { expiresAt, rollsAt } of contractsOf({ ...root, rollDays: 0 }, '2018-01', '2027-12')) {
        expect(rollsAt.getTime()).toBeLessThanOrEqual(expiresAt.getTime());
      }
    }
  });

  it('is one for each listed month of a range, in order', () => {
    expect(contractsOf(nasdaq, '2026-06', '2027-03').map(({ symbol }) => symbol)).toEqual([
      'NQM2026',
      'NQU2026',
      'NQZ2026',
      'NQH2027',
    ]);
  });
});
