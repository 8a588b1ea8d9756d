import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compare } from '../../src/reconcile/compare.ts';
import { confirm, type Look } from '../../src/reconcile/confirm.ts';
import { type Happening, type LookTimes, type ModelOrder, oursAt, venueAt } from './model.ts';

/** The quiet interval, and the longest that a report takes here: less. */
const QUIET_MS = 1_500;
const LONGEST_REPORT_MS = 1_400;

const delay = fc.integer({ min: 0, max: LONGEST_REPORT_MS });
const step = fc.integer({ min: 1, max: 900 });

/** An order's life: accepted, then fills in parts, perhaps a cancel; each report takes its own time. */
const order = fc
  .record({
    symbol: fc.constantFrom('ES', 'NQ'),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity: fc.integer({ min: 1, max: 4 }),
    placedAt: fc.integer({ min: 0, max: 6_000 }),
    accept: fc.tuple(step, delay),
    fills: fc.array(fc.tuple(step, delay, fc.integer({ min: 1, max: 3 })), { maxLength: 4 }),
    cancel: fc.option(fc.tuple(step, delay)),
  })
  .map(({ accept, fills, cancel, ...rest }) => {
    const happenings: Happening[] = [];
    let at = rest.placedAt + accept[0];
    happenings.push({ at, delay: accept[1], what: 'accepted' });
    let open = rest.quantity;
    for (const [later, wait, wanted] of fills) {
      const filled = Math.min(wanted, open);
      if (filled === 0) break;
      open -= filled;
      happenings.push({ at: (at += later), delay: wait, what: { filled } });
    }
    if (open > 0 && cancel) happenings.push({ at: at + cancel[0], delay: cancel[1], what: 'cancelled' });
    return { ...rest, happenings };
  });

const orders = fc
  .array(order, { minLength: 1, maxLength: 8 })
  .map((some): ModelOrder[] => some.map((one, index) => ({ ...one, name: `order-${index}` })));

/** How long each part of a look takes. */
const lookShape = fc.tuple(...Array.from({ length: 5 }, () => fc.integer({ min: 0, max: 120 })));

function timesFrom(asked: number, [orders_, positions, balances, after, books]: number[]): LookTimes {
  const parts = { orders: asked + orders_!, positions: asked + positions!, balances: asked + balances! };
  const executions = Math.max(...Object.values(parts)) + after!;
  return { asked, ...parts, executions, books: executions + books! };
}

function lookAt(model: readonly ModelOrder[], times: LookTimes): Look {
  const venue = venueAt(model, times);
  return { from: venue.from, asOf: venue.asOf, differences: compare(oursAt(model, times), venue) };
}

function proven(model: readonly ModelOrder[], start: number, first: number[], second: number[]) {
  const one = timesFrom(start, first);
  const other = timesFrom(one.executions + QUIET_MS, second);
  return confirm(lookAt(model, one), lookAt(model, other), QUIET_MS);
}

const start = fc.integer({ min: 0, max: 8_000 });
const runs = { numRuns: 10_000, seed: Date.now() % 2_147_483_647 };

describe(`two looks (seed ${runs.seed})`, () => {
  it('prove nothing against what is only under way, however reports and looks interleave', () => {
    fc.assert(
      fc.property(orders, start, lookShape, lookShape, (model, at, first, second) => {
        expect(proven(model, at, first, second)).toEqual([]);
      }),
      runs,
    );
  });

  it('do see differences in the first look alone: there is something to be told apart', () => {
    const seen = fc.sample(fc.tuple(orders, start, lookShape), { numRuns: 500, seed: 1 });
    const differing = seen.filter(([model, at, shape]) => lookAt(model, timesFrom(at, shape)).differences.length > 0);
    expect(differing.length).toBeGreaterThan(100);
  });

  it('find a fill or an end that nobody told us of, whatever else is under way', () => {
    const untold = fc.constantFrom('cancelled' as const, { filled: 1 }, { filled: 2 });
    fc.assert(
      fc.property(orders, untold, lookShape, lookShape, (model, what, first, second) => {
        const hit: ModelOrder = {
          ...{ name: 'hit', symbol: 'ES', side: 'buy', quantity: 2, placedAt: 0 },
          happenings: [
            { at: 10, delay: 20, what: 'accepted' },
            { at: 2_000, delay: 0, what, silent: true },
          ],
        };
        const found = proven([...model, hit], 4_000, first, second);
        expect(found.map(({ kind, order: of }) => [kind, of?.clientOrderId])).toEqual([
          [what === 'cancelled' ? 'cancelled_at_venue' : what.filled === 2 ? 'missed_fill' : 'partial_fill', 'hit'],
        ]);
      }),
      { ...runs, numRuns: 1_000 },
    );
  });
});
