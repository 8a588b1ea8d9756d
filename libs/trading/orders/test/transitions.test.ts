import { describe, expect, it } from '@jest/globals';
import { orderStatus, type OrderStatus } from '@keelson/contracts';
import { isTerminal, nextStatus, transitions, type OrderEvent } from '../src/transitions.ts';

const EVENTS: readonly OrderEvent[] = [
  ...(['claimed', 'accepted', 'partly_filled', 'filled', 'rejected', 'cancelled', 'expired', 'replaced'] as const),
  ...(['unknown', 'cancel_refused', 'busted'] as const),
];

describe('the transition table', () => {
  it('has a row for every status of the contract, and leads to no other', () => {
    const statuses = orderStatus.options;
    expect(Object.keys(transitions).sort()).toEqual([...statuses].sort());
    const reached = Object.values(transitions).flatMap((row) => Object.values(row));
    expect(reached.every((status) => statuses.includes(status))).toBe(true);
  });

  it('never leaves a terminal status', () => {
    for (const status of orderStatus.options.filter(isTerminal)) {
      for (const event of EVENTS) expect([undefined, status]).toContain(nextStatus(status, event));
    }
  });

  it('can end every order that has not ended', () => {
    for (const status of orderStatus.options.filter((one) => !isTerminal(one))) {
      const reachable = new Set<OrderStatus>([status]);
      for (const one of reachable) for (const event of EVENTS) reachable.add(nextStatus(one, event) ?? one);
      expect([...reachable].some(isTerminal)).toBe(true);
    }
  });

  it.each([
    ['filled', 'cancelled'],
    ['filled', 'filled'],
    ['rejected', 'filled'],
    ['rejected', 'busted'],
    ['created', 'accepted'],
    ['created', 'filled'],
    ['partially_filled', 'rejected'],
    ['submitted', 'replaced'],
    ['filled', 'expired'],
    ['replaced', 'cancelled'],
    ['filled', 'claimed'],
  ] as const)('has no row for an order that is %s and then %s', (from, event) => {
    expect(nextStatus(from, event)).toBeUndefined();
  });

  it.each(['cancelled', 'expired', 'replaced'] as const)(
    'books a fill that crossed the end of an order that is %s',
    (end) => {
      expect(nextStatus(end, 'partly_filled')).toBe(end);
      expect(nextStatus(end, 'filled')).toBe(end);
    },
  );

  it('changes nothing but quantities by a bust or a refusal', () => {
    for (const status of orderStatus.options) {
      for (const event of ['busted', 'cancel_refused'] as const) {
        expect([undefined, status]).toContain(nextStatus(status, event));
      }
    }
  });
});
