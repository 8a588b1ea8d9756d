import { describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import { type Claimed, decideClaim } from '../src/claim.ts';
import type { ClaimState, OrderClaim } from '../src/claim.store.ts';

const flattening: Claimed = { expiresAt: '2026-11-20T15:01:00.000Z', reduceOnly: true, role: 'flatten' };
const exit: Claimed = { ...flattening, role: 'stop_loss' };

const halted = (haltPermits?: boolean, over: Partial<ClaimState> = {}): ClaimState => ({
  ...{ now: new Date('2026-11-20T15:00:00.000Z'), state: 'HALTED', generation: '7', decidedGeneration: undefined },
  keepsProtection: true,
  ...{ orders: new Map(), ...(haltPermits !== undefined && { haltPermits }), ...over },
});

const order = (over: Partial<OrderClaim> = {}): OrderClaim => ({
  ...{ status: 'created', attempt: 0, deadline: undefined, cancelRequested: false, accountId: newId(), symbol: 'ES' },
  ...{ side: 'sell', reduceOnly: true, role: 'flatten', referencePrice: '1', ...over },
});

describe('a claim while trading is halted', () => {
  it('lets out the reduce-only order of a halt that is flattening', () => {
    expect(decideClaim(flattening, halted(true), order(), false)).toEqual({ kind: 'send' });
  });

  it('lets out an exit, which protects what was filled late', () => {
    expect(decideClaim(exit, halted(), order({ role: 'stop_loss' }), false)).toEqual({ kind: 'send' });
  });

  it.each<[string, Claimed, ClaimState]>([
    [
      'that is an exit, where the halt takes protective orders too',
      exit,
      halted(undefined, { keepsProtection: false }),
    ],
    ['that is an exit by name only', { ...exit, reduceOnly: false }, halted()],
    ['of a webhook', flattening, halted()],
    ['of a halt that flattens no more', flattening, halted(false)],
    ['of a halt, but not reduce-only', { ...flattening, reduceOnly: false }, halted(true)],
    ['of a halt, past its expiry', { ...flattening, expiresAt: '2026-11-20T14:59:59.999Z' }, halted(true)],
    ['of a halt that is over, though trading is on again', flattening, halted(false, { state: 'ACTIVE' })],
  ])('keeps an order %s', (_what, claimed, state) => {
    expect(decideClaim(claimed, state, order(), false)).toMatchObject({ kind: 'drop' });
  });

  it('asks the venue about a halt’s order whose answer was lost, and does not send it again', () => {
    expect(decideClaim(flattening, halted(true), order({ status: 'unknown' }), false)).toEqual({ kind: 'resolve' });
  });
});
