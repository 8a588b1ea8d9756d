import { describe, expect, it } from '@jest/globals';
import { Decimal } from '@keelson/kernel';
import fc from 'fast-check';
import { type LegFacts, maximumLoss } from '../src/spread.ts';
import { decimal, leg } from './situations.ts';

const CASES: readonly [string, readonly LegFacts[], string, boolean][] = [
  ['a call bought: its premium', [leg('buy', 'call', '500', '5')], '500', true],
  ['a bull call spread: the debit', [leg('buy', 'call', '500', '5'), leg('sell', 'call', '510', '2')], '300', true],
  [
    'a bear call spread: the width less the credit',
    [leg('sell', 'call', '500', '5'), leg('buy', 'call', '510', '2')],
    '700',
    true,
  ],
  [
    'a bull put spread: the width less the credit',
    [leg('sell', 'put', '500', '6'), leg('buy', 'put', '490', '2')],
    '600',
    true,
  ],
  ['a bear put spread: the debit', [leg('buy', 'put', '500', '6'), leg('sell', 'put', '490', '2')], '400', true],
  [
    'an iron condor: the wider wing less both credits',
    [
      leg('sell', 'put', '490', '3'),
      leg('buy', 'put', '480', '1'),
      leg('sell', 'call', '510', '3'),
      leg('buy', 'call', '525', '1'),
    ],
    '1100',
    true,
  ],
  [
    'a butterfly: the debit',
    [
      leg('buy', 'call', '490', '12'),
      leg('sell', 'call', '500', '6', { quantity: decimal('2') }),
      leg('buy', 'call', '510', '2'),
    ],
    '200',
    true,
  ],
  [
    'a calendar that keeps its far leg: the debit',
    [leg('sell', 'call', '500', '5', { expiresInDays: 30 }), leg('buy', 'call', '500', '8', { expiresInDays: 60 })],
    '300',
    true,
  ],
  [
    'a diagonal: debit and width, as the far leg counts with its intrinsic value only',
    [leg('sell', 'call', '500', '5', { expiresInDays: 30 }), leg('buy', 'call', '510', '6', { expiresInDays: 60 })],
    '1100',
    true,
  ],
  [
    'a calendar whose cover expires first: the whole strike, and both premiums',
    [leg('buy', 'call', '500', '5', { expiresInDays: 30 }), leg('sell', 'call', '500', '8', { expiresInDays: 60 })],
    '50500',
    false,
  ],
  ['a naked call: its whole strike', [leg('sell', 'call', '500', '5')], '50000', false],
  [
    'a naked put: the strike less its premium, as a share cannot cost less than nothing',
    [leg('sell', 'put', '500', '5')],
    '49500',
    true,
  ],
  [
    'a ratio with one call too many: whole worths',
    [leg('buy', 'call', '500', '5'), leg('sell', 'call', '510', '2', { quantity: decimal('2') })],
    '102500',
    false,
  ],
  [
    'legs on two underlyings: whole worths',
    [leg('buy', 'call', '500', '5'), leg('sell', 'call', '510', '2', { underlying: 'QQQ' })],
    '51500',
    false,
  ],
  [
    'a credit above the width: the width, as no market gives that away',
    [leg('sell', 'call', '500', '15'), leg('buy', 'call', '510', '2')],
    '1000',
    true,
  ],
];

describe('the maximum loss of a spread', () => {
  it.each(CASES)('of %s', (_, legs, amount, defined) => {
    const loss = maximumLoss(legs);
    expect({ amount: loss.amount.toFixed(), defined: loss.defined }).toEqual({ amount, defined });
  });

  it('of what is no option is its whole worth', () => {
    const { option: _, ...share } = leg('buy', 'call', '500', '5');
    expect(maximumLoss([share, leg('sell', 'call', '510', '2')])).toMatchObject({ defined: false });
  });

  it('is not exceeded at any price at expiry, for any spread that has a defined one', () => {
    const strike = fc.integer({ min: 1, max: 40 }).map((step) => String(step * 5));
    const premium = fc.integer({ min: 0, max: 40 }).map(String);
    const one = fc
      .tuple(
        fc.constantFrom('buy' as const, 'sell' as const),
        fc.constantFrom('call' as const, 'put' as const),
        strike,
        premium,
      )
      .map(([side, right, at, paid]) => leg(side, right, at, paid));
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 400 }), (legs, close) => {
        const { amount, defined } = maximumLoss(legs);
        fc.pre(defined);
        const result = legs.reduce((sum, { side, option, price, quantity, multiplier }) => {
          const distance =
            option!.right === 'call' ? new Decimal(close).minus(option!.strike) : option!.strike.minus(close);
          const gain = Decimal.max(distance, 0).minus(price).times(quantity).times(multiplier);
          return side === 'buy' ? sum.plus(gain) : sum.minus(gain);
        }, new Decimal(0));
        expect(result.negated().lte(amount)).toBe(true);
      }),
    );
  });
});
