import { describe, expect, it } from '@jest/globals';
import { Decimal, quantity } from '@keelson/kernel';
import fc from 'fast-check';
import type { Situation } from '../src/situation.ts';
import { checks, verdictOn } from '../src/verdict.ts';
import { situation } from './situations.ts';

const decimal = (text: string) => new Decimal(text);
const without = (key: keyof Situation): Situation => {
  const { [key]: _, ...rest } = situation();
  return rest as Situation;
};

/** What each check lets pass at its very limit, and what it refuses one step further, with the numbers it shows. */
const REFUSED: readonly [string, string, Situation, Record<string, string>][] = [
  [
    'halted',
    'trading is halted',
    situation({ tradingState: 'HALTED', haltGeneration: '7' }),
    { trading_state: 'HALTED', halt_generation: '7' },
  ],
  [
    'reducing_only',
    'a buy would enlarge while reducing',
    situation({ tradingState: 'REDUCING', position: decimal('5') }),
    { trading_state: 'REDUCING', halt_generation: '0' },
  ],
  [
    'reducing_only',
    'a sale would turn the position while reducing',
    situation({ tradingState: 'REDUCING', side: 'sell', position: decimal('1') }),
    { trading_state: 'REDUCING', halt_generation: '0' },
  ],
  [
    'expired',
    'it expires at this moment',
    situation({ now: new Date('2026-01-02T10:01:00Z') }),
    { expires_at: '2026-01-02T10:01:00.000Z', now: '2026-01-02T10:01:00.000Z' },
  ],
  ['duplicate', 'it has an approved twin', situation({ twin: 'twin' }), { signal_id: 'twin' }],
  [
    'short_sale',
    'more is sold than held, and the account may not',
    situation({ side: 'sell', position: decimal('1.99') }),
    { may_sell_short: 'false', position: '1.99' },
  ],
  [
    'max_notional',
    'the order is worth one more than the limit',
    situation({ limits: { maxNotional: decimal('499999'), maxOpenPositions: decimal('3') } }),
    { limit: '499999', notional: '500000' },
  ],
  [
    'unknown_limit',
    'nobody set the largest order',
    situation({ limits: { maxOpenPositions: decimal('3') } }),
    { limit: 'none' },
  ],
  [
    'max_open_positions',
    'it would open one more position than allowed',
    situation({ openPositions: 3 }),
    { limit: '3', open_positions: '3' },
  ],
  [
    'unknown_limit',
    'nobody set the number of positions',
    situation({ limits: { maxNotional: decimal('600000') } }),
    { limit: 'none' },
  ],
  [
    'exposure',
    'held, reserved and this order exceed the maximum',
    situation({ exposure: { held: decimal('100000'), reserved: decimal('300000.01'), maximum: decimal('900000') } }),
    { limit: '900000', held: '100000', reserved: '300000.01', notional: '500000' },
  ],
  ['unknown_limit', 'the account has no exposure row', without('exposure'), { limit: 'none' }],
];

const PASSED: readonly [string, Situation][] = [
  ['nothing speaks against it', situation()],
  [
    'a sale shrinks a long position while reducing',
    situation({ tradingState: 'REDUCING', side: 'sell', position: decimal('2') }),
  ],
  ['a buy shrinks a short position while reducing', situation({ tradingState: 'REDUCING', position: decimal('-2') })],
  ['all that is held is sold', situation({ side: 'sell', position: decimal('2') })],
  ['it sells short and may', situation({ side: 'sell', maySellShort: true })],
  [
    'it is worth the limit exactly',
    situation({ limits: { maxNotional: decimal('500000'), maxOpenPositions: decimal('3') } }),
  ],
  [
    'it adds to a symbol that is open, at the limit of symbols',
    situation({ openPositions: 3, position: decimal('1') }),
  ],
  [
    'it uses the exposure up exactly',
    situation({ exposure: { held: decimal('0'), reserved: decimal('400000'), maximum: decimal('900000') } }),
  ],
];

describe('a verdict', () => {
  it.each(REFUSED)('denies as %s when %s', (code, _, given, numbers) => {
    const verdict = verdictOn(given);
    expect(verdict).toMatchObject({ approved: false, code });
    expect(verdict.findings.at(-1)).toMatchObject({ denied: code, numbers });
  });

  it.each(PASSED)('approves when %s, after every check', (_, given) => {
    const verdict = verdictOn(given);
    expect(verdict).toMatchObject({ approved: true });
    expect(verdict.findings).toHaveLength(checks.length);
    expect(verdict.findings.every(({ denied }) => denied === undefined)).toBe(true);
  });

  it('stops at the first denial: a halt is named before a limit', () => {
    const verdict = verdictOn(situation({ tradingState: 'HALTED', limits: {} }));
    expect(verdict.code).toBe('halted');
    expect(verdict.findings).toHaveLength(1);
  });

  it('never approves what would exceed the exposure, and shows numbers with every finding', () => {
    const amount = fc.integer({ min: 0, max: 2_000_000 }).map((value) => new Decimal(value));
    fc.assert(
      fc.property(amount, amount, amount, fc.integer({ min: 1, max: 20 }), (held, reserved, maximum, units) => {
        const given = situation({ quantity: quantity(String(units)), exposure: { held, reserved, maximum } });
        const { approved, findings } = verdictOn(given);
        expect(approved && held.plus(reserved).plus(given.notional).gt(maximum)).toBe(false);
        for (const { numbers } of findings)
          for (const text of Object.values(numbers)) expect(text).not.toMatch(/NaN|e\+/);
      }),
    );
  });
});
