import { describe, expect, it } from '@jest/globals';
import type { TradingState } from '@keelson/contracts';
import fc from 'fast-check';
import { bindingState, type ScopedState } from '../src/trading-state.ts';

const scope = (name: string, state: TradingState, generation = '1'): ScopedState => ({
  scope: name,
  state,
  generation,
});

describe('the trading state that binds', () => {
  it('is HALTED when nobody ever set the platform', () => {
    expect(bindingState([])).toEqual({ state: 'HALTED', generation: '0' });
    expect(bindingState([scope('account:a', 'ACTIVE', '4')])).toEqual({ state: 'HALTED', generation: '4' });
  });

  it.each([
    ['ACTIVE', 'ACTIVE', 'ACTIVE'],
    ['ACTIVE', 'REDUCING', 'REDUCING'],
    ['REDUCING', 'HALTED', 'HALTED'],
    ['HALTED', 'ACTIVE', 'HALTED'],
  ] as const)('of a platform that is %s and an account that is %s is %s', (platform, account, state) => {
    expect(bindingState([scope('account:a', account), scope('platform', platform)]).state).toBe(state);
  });

  it('has a generation that grows with every change of any scope', () => {
    const generations = fc.array(fc.bigInt({ min: 0n, max: 2n ** 60n }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(generations, fc.nat(), (all, pick) => {
        const before = all.map((generation, index) =>
          scope(index === 0 ? 'platform' : `${index}`, 'ACTIVE', `${generation}`),
        );
        const changed = before.map((one, index) =>
          index === pick % all.length ? { ...one, generation: `${BigInt(one.generation) + 1n}` } : one,
        );
        expect(BigInt(bindingState(changed).generation)).toBe(BigInt(bindingState(before).generation) + 1n);
      }),
    );
  });
});
