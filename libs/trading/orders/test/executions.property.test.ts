import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { amend, type Execution, type ExecutionReport } from '../src/executions.ts';

/** All that a venue may say of one execution, each with its own event id and moment. */
const reports = fc
  .array(fc.tuple(fc.constantFrom('filled', 'corrected', 'corrected', 'busted'), fc.integer({ min: 1, max: 9 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((said) => [['filled', 5] as const, ...said.filter(([type]) => type !== 'filled')])
  .map((said) =>
    said.map(([type, quantity], index): ExecutionReport => ({
      type: `broker.${type}` as ExecutionReport['type'],
      payload: {
        ...{ broker: 'paper', venueEventId: `event-${index}`, executionId: 'x', price: '1' },
        ...{ quantity: String(quantity), at: new Date(index * 1_000).toISOString() },
      },
    })),
  );

/** Hears them in turn, and keeps the books that its amendments make. */
function hear(said: readonly ExecutionReport[]): { execution: Execution | undefined; booked: string[] } {
  let execution: Execution | undefined;
  const booked = new Map<string, string>();
  for (const report of said) {
    const amendment = amend(execution, report);
    execution = amendment.execution;
    if (amendment.reverses) expect(booked.delete(amendment.reverses.fillId)).toBe(true);
    if (amendment.books) booked.set(amendment.books.fillId, amendment.books.quantity.toFixed());
    expect(booked.size).toBeLessThanOrEqual(1);
  }
  return { execution, booked: [...booked.values()] };
}

describe('an execution that is filled, corrected and busted', () => {
  it('comes to the same, whatever the order of hearing; one fill stands for it, or none once it is busted', () => {
    const shuffled = reports.chain((said) =>
      fc.tuple(fc.constant(said), fc.shuffledSubarray(said, { minLength: said.length })),
    );
    fc.assert(
      fc.property(shuffled, ([said, heard]) => {
        const straight = hear(said);
        const mixed = hear(heard);
        expect(mixed.booked).toEqual(straight.booked);
        expect(mixed.execution?.executed.toFixed()).toBe(straight.execution?.executed.toFixed());
        const busted = said.some(({ type }) => type === 'broker.busted');
        expect(mixed.booked).toHaveLength(busted ? 0 : 1);
      }),
      { numRuns: 500 },
    );
  });

  it('is heard once, also when the same fill comes under another event id', () => {
    const fill: ExecutionReport = {
      type: 'broker.filled',
      payload: {
        broker: 'paper',
        venueEventId: 'a',
        executionId: 'x',
        quantity: '5',
        price: '1',
        at: '2026-01-01T00:00:00Z',
      },
    };
    const again = { ...fill, payload: { ...fill.payload, venueEventId: 'b' } };
    const { execution } = amend(undefined, fill);
    expect(amend(execution, again)).toMatchObject({ books: undefined, reverses: undefined });
    expect(amend(execution, again).execution.executed.toFixed()).toBe('5');
  });
});
