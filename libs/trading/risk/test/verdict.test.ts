import { describe, expect, it } from '@jest/globals';
import { limits } from '@keelson/contracts';
import { Decimal, quantity } from '@keelson/kernel';
import fc from 'fast-check';
import { reservation } from '../src/size.ts';
import { checks, verdictOn } from '../src/verdict.ts';
import { accountExposure, limitedBy, situation, withLimit } from './situations.ts';

const ORDER = [
  ...['halted', 'expired', 'duplicate', 'restricted', 'decided_ahead', 'instrument_expired', 'market_closed'],
  ...[
    'stale_price',
    'conversion',
    'price_collar',
    'option_contract',
    'days_to_expiry',
    'iv_rank',
    'order_rate_per_second',
  ],
  ...['order_rate_per_minute', 'consecutive_losses', 'daily_loss', 'reduce_only', 'short_sale', 'max_notional'],
  ...['max_position', 'max_open_positions', 'concentration', 'trade_risk', 'buying_power', 'exposure'],
];

describe('a verdict', () => {
  it('approves what nothing speaks against, after every check in its order', () => {
    const { approved, findings } = verdictOn(situation());
    expect(approved).toBe(true);
    expect(findings.map(({ check }) => check)).toEqual(ORDER);
    expect(findings).toHaveLength(checks.length);
  });

  it('stops at the first denial: a halt is named before a limit', () => {
    const verdict = verdictOn(situation({ tradingState: 'HALTED', limits: {} }));
    expect(verdict.code).toBe('halted');
    expect(verdict.findings).toHaveLength(1);
  });

  it.each(limits.map(({ name }) => name))('denies when nobody set %s', (name) => {
    const verdict = verdictOn(withLimit(name, undefined));
    expect(verdict).toMatchObject({ approved: false, code: 'unknown_limit' });
    expect(verdict.findings.at(-1)).toMatchObject({ denied: 'unknown_limit', numbers: { limit: 'none' } });
  });

  it('approves when every limit is null, which is unlimited in so many words', () => {
    const exposures = [accountExposure('100000', '200000', null)];
    const { funds: _, quote: __, ...blind } = situation({ limits: limitedBy({}), exposures });
    expect(verdictOn(blind).approved).toBe(true);
  });

  it('never approves what would exceed the exposure, and shows plain numbers with every finding', () => {
    const amount = fc.integer({ min: 0, max: 2_000_000 }).map((value) => new Decimal(value));
    fc.assert(
      fc.property(amount, amount, amount, fc.integer({ min: 1, max: 20 }), (held, reserved, maximum, units) => {
        const exposures = [{ scope: 'account', held, reserved, maximum }];
        const given = situation({ quantity: quantity(String(units)), exposures });
        const { approved, findings } = verdictOn(given);
        expect(approved && held.plus(reserved).plus(reservation(given)).gt(maximum)).toBe(false);
        for (const { numbers } of findings)
          for (const text of Object.values(numbers)) expect(text).not.toMatch(/NaN|e\+/);
      }),
    );
  });

  it('never lets what reduces turn the position, whatever of the orders in flight is filled first', () => {
    const units = fc.integer({ min: 0, max: 50 });
    const states = fc.constantFrom('ACTIVE' as const, 'REDUCING' as const);
    fc.assert(
      fc.property(units, units, units, states, (held, inFlight, wanted, tradingState) => {
        fc.pre(wanted > 0);
        const given = situation({
          ...{ side: 'sell', tradingState, reduceOnly: true, maySellShort: true, limits: limitedBy({}) },
          quantity: quantity(String(wanted)),
          position: new Decimal(held),
          openSells: new Decimal(inFlight),
        });
        const { approved } = verdictOn(given);
        expect(approved).toBe(held - inFlight - wanted >= 0);
        if (approved) expect(reservation(given).toFixed()).toBe('0');
      }),
    );
  });
});
