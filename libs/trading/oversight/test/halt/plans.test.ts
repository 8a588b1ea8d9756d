import { describe, expect, it } from '@jest/globals';
import type { VenueOrder } from '@keelson/brokers';
import { Decimal, newId } from '@keelson/kernel';
import type { Scope } from '@keelson/risk';
import fc from 'fast-check';
import { isMeant, mayMassCancel } from '../../src/halt/cancel-plan.ts';
import { claimsInFlight } from '../../src/halt/claims.ts';
import { planFlatten } from '../../src/halt/flatten-plan.ts';
import { combined, pauseBefore, phaseAfter } from '../../src/halt/phases.ts';
import { overlaps, scopeFrom } from '../../src/halt/scope.ts';

const TEAM = newId();
const ACCOUNT = newId();
const PLATFORM: Scope = { kind: 'platform' };
const SYMBOL: Scope = { kind: 'symbol', teamId: TEAM, symbol: 'ES' };
const STRATEGY: Scope = { kind: 'strategy', teamId: TEAM, strategy: 'a:b' };

const order = (over: Partial<VenueOrder> = {}): VenueOrder => ({
  ...{ account: ACCOUNT, venueOrderId: 'v1', clientOrderId: 'c1', symbol: 'ES', side: 'buy', quantity: '1' },
  ...{ filledQuantity: '0', terms: { type: 'limit', timeInForce: 'gtc', limitPrice: '1' }, reduceOnly: false },
  ...{ placedAt: '2026-11-20T15:00:00.000Z', ...over },
});

describe('which orders a halt means', () => {
  const none = new Set<string>();
  const halt = (scope: Scope, cancelAll = false, flatten = false) => ({ scope, cancelAll, flatten });

  it('takes manual orders too, and keeps protective ones unless everything or every position shall go', () => {
    const manual = order({ clientOrderId: undefined });
    const protective = order({ reduceOnly: true });
    expect(isMeant(manual, halt(PLATFORM), none)).toBe(true);
    expect(isMeant(protective, halt(PLATFORM), none)).toBe(false);
    expect(isMeant(protective, halt(PLATFORM, true), none)).toBe(true);
    expect(isMeant(protective, halt(PLATFORM, false, true), none)).toBe(true);
  });

  it('leaves what is outside of a symbol, or not known to be of a strategy', () => {
    expect(isMeant(order({ symbol: 'NQ' }), halt(SYMBOL), none)).toBe(false);
    expect(isMeant(order(), halt(SYMBOL), none)).toBe(true);
    expect(isMeant(order(), halt(STRATEGY), none)).toBe(false);
    expect(isMeant(order(), halt(STRATEGY), new Set(['c1']))).toBe(true);
    expect(isMeant(order({ clientOrderId: undefined }), halt(STRATEGY), new Set(['c1']))).toBe(false);
  });

  it('uses the mass cancel of a venue only where it does exactly that', () => {
    const all = { cancelAll: 'all' } as const;
    const keeps = { cancelAll: 'keeps_reduce_only' } as const;
    expect(mayMassCancel(halt(PLATFORM), all)).toBe(false);
    expect(mayMassCancel(halt(PLATFORM), keeps)).toBe(true);
    expect(mayMassCancel(halt(PLATFORM, true), all)).toBe(true);
    expect(mayMassCancel(halt(SYMBOL, true), keeps)).toBe(false);
    expect(mayMassCancel(halt(STRATEGY, true), all)).toBe(false);
  });
});

describe('flattening', () => {
  const positions = fc.uniqueArray(
    fc.record({ symbol: fc.constantFrom('ES', 'NQ', 'CL', 'BTC'), net: fc.integer({ min: -900, max: 900 }) }),
    { selector: ({ symbol }) => symbol },
  );

  it('always brings a position to exactly zero, and never touches a symbol that is under way', () => {
    fc.assert(
      fc.property(positions, fc.subarray(['ES', 'NQ', 'CL', 'BTC']), (held, underway) => {
        const shown = held.map(({ symbol, net }) => ({ account: ACCOUNT, symbol, netQuantity: String(net / 8) }));
        const plan = planFlatten(shown, PLATFORM, new Set(underway));
        expect(plan.some(({ symbol }) => underway.includes(symbol))).toBe(false);
        for (const { symbol, netQuantity } of shown) {
          const own = plan.find((one) => one.symbol === symbol);
          if (underway.includes(symbol)) continue;
          const change = new Decimal(own?.quantity ?? 0).times(own?.side === 'sell' ? -1 : 1);
          expect(change.plus(netQuantity).isZero()).toBe(true);
        }
      }),
    );
  });

  it('of a symbol leaves the other positions', () => {
    const shown = [
      { account: ACCOUNT, symbol: 'ES', netQuantity: '-2' },
      { account: ACCOUNT, symbol: 'NQ', netQuantity: '1' },
    ];
    expect(planFlatten(shown, SYMBOL, new Set())).toEqual([{ symbol: 'ES', side: 'buy', quantity: '2' }]);
  });
});

describe('phases', () => {
  it('go block, cancel, flatten where wanted, verify, done', () => {
    const options = { cancelAll: false, flatten: true };
    expect(phaseAfter('block', options)).toBe('cancel');
    expect(phaseAfter('cancel', options)).toBe('flatten');
    expect(phaseAfter('cancel', { ...options, flatten: false })).toBe('verify');
    expect(phaseAfter('flatten', options)).toBe('verify');
    expect(phaseAfter('verify', options)).toBe('done');
  });

  it('of several accounts are through together, and go back as far as the worst of them', () => {
    const through = { kind: 'through' } as const;
    const again = { kind: 'again', problem: 'a' } as const;
    const flatten = { kind: 'back', to: 'flatten', problem: 'f' } as const;
    const cancel = { kind: 'back', to: 'cancel', problem: 'c' } as const;
    expect(combined([])).toEqual(through);
    expect(combined([through, again])).toEqual(again);
    expect(combined([again, flatten, through])).toEqual(flatten);
    expect(combined([flatten, cancel, again])).toEqual(cancel);
  });

  it('are tried again after pauses that grow to a second and no further', () => {
    expect([1, 2, 3, 10, 60].map(pauseBefore)).toEqual([20, 40, 80, 1_000, 1_000]);
  });
});

describe('older claims', () => {
  const now = new Date('2026-11-20T15:00:00.000Z');
  const claim = (msAhead: number) => ({ accountId: ACCOUNT, deadline: new Date(now.getTime() + msAhead), now });

  it('count until their deadline is past by more than the clock of the venue may be off', () => {
    const count = (msAhead: number) => claimsInFlight([claim(msAhead)], () => '50 milliseconds');
    expect([count(10), count(0), count(-50), count(-51)]).toEqual([1, 1, 1, 0]);
  });
});

describe('scopes', () => {
  it('read back what rows say, and nothing else', () => {
    for (const scope of [
      PLATFORM,
      SYMBOL,
      STRATEGY,
      { kind: 'account', teamId: TEAM, accountId: ACCOUNT },
    ] as Scope[]) {
      const text = { platform: 'platform', symbol: `symbol:${TEAM}:ES`, strategy: `strategy:${TEAM}:a:b` };
      const written = scope.kind === 'account' ? `account:${ACCOUNT}` : text[scope.kind as 'platform'];
      expect(scopeFrom(written, TEAM)).toEqual(scope);
    }
    for (const bad of ['', 'team', 'team:x', `strategy:${TEAM}`, `symbol:${TEAM}:`, 'everything']) {
      expect(() => scopeFrom(bad, TEAM)).toThrow('is no scope');
    }
    expect(() => scopeFrom(`account:${ACCOUNT}`, undefined)).toThrow('is no scope');
  });

  it('meet where an order may be in both', () => {
    const other: Scope = { kind: 'team', teamId: newId() };
    expect(overlaps(PLATFORM, other)).toBe(true);
    expect(overlaps(SYMBOL, other)).toBe(false);
    expect(overlaps(SYMBOL, STRATEGY)).toBe(true);
    expect(overlaps(SYMBOL, { ...SYMBOL, symbol: 'NQ' })).toBe(false);
  });
});
