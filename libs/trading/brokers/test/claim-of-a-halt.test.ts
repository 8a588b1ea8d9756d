import { describe, expect, it } from '@jest/globals';
import type { SubmitOrder } from '@keelson/contracts';
import { newId } from '@keelson/kernel';
import { decideClaim } from '../src/claim.ts';
import type { ClaimState } from '../src/route.store.ts';

const NOW = new Date('2026-11-20T15:00:00.000Z');

const order = (over: Partial<SubmitOrder> = {}): SubmitOrder => ({
  ...{ orderId: newId(), intentId: newId(), signalId: newId(), accountId: newId(), broker: 'paper' },
  ...{ clientOrderId: 'c', symbol: 'ES', side: 'sell', quantity: '1', referencePrice: '1', role: 'flatten' },
  ...{
    terms: { type: 'market', timeInForce: 'day' },
    reduceOnly: true,
    expiresAt: '2026-11-20T15:01:00.000Z',
    ...over,
  },
});

const state = (over: Partial<ClaimState> = {}): ClaimState => ({
  ...{ now: NOW, state: 'HALTED', generation: '7', decidedGeneration: undefined, status: 'created', attempt: 0 },
  ...{ deadline: undefined, haltPermits: true, ...over },
});

describe('a claim while trading is halted', () => {
  it('lets out the reduce-only order of a halt that is flattening', () => {
    expect(decideClaim(order(), state(), false)).toEqual({ kind: 'send' });
  });

  it.each<[string, Partial<SubmitOrder>, Partial<ClaimState>]>([
    ['of a webhook', {}, { haltPermits: undefined }],
    ['of a halt that flattens no more', {}, { haltPermits: false }],
    ['of a halt, but not reduce-only', { reduceOnly: false }, {}],
    ['of a halt, but not for flattening', { role: 'entry' }, {}],
    ['of a halt, past its expiry', { expiresAt: '2026-11-20T14:59:59.999Z' }, {}],
  ])('keeps an order %s', (_what, orderOver, stateOver) => {
    const { haltPermits, ...rest } = state(stateOver);
    const claim = haltPermits === undefined ? rest : { ...rest, haltPermits };
    expect(decideClaim(order(orderOver), claim, false)).toMatchObject({ kind: 'drop' });
  });

  it('keeps a halt’s order when trading is on again: its permission ended with its halt', () => {
    expect(decideClaim(order(), state({ state: 'ACTIVE', haltPermits: false }), false)).toMatchObject({ kind: 'drop' });
  });

  it('asks the venue about a halt’s order whose answer was lost, and does not send it again', () => {
    expect(decideClaim(order(), state({ status: 'unknown' }), false)).toEqual({ kind: 'resolve' });
  });
});
