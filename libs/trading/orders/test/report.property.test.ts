import { describe, expect, it } from '@jest/globals';
import { Decimal, notional, ZERO } from '@keelson/kernel';
import fc from 'fast-check';
import type { OrderRecord } from '../src/orders.store.ts';
import { applyReport, type Report } from '../src/report.ts';
import { isTerminal, transitions } from '../src/transitions.ts';
import { order } from './orders.ts';

/** A report under the id that makes a second hearing of it harmless. */
interface Said {
  readonly id: number;
  readonly report: Report;
}

/** How a venue may treat one order: refuse it, or accept, fill in parts, and cancel what is left, or fill it all. */
const parts = fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 6 });
const prices = fc.integer({ min: 1, max: 10_000_000 }).map((cents) => new Decimal(cents).div(1_000).toFixed());
const lives = fc.record({
  parts,
  price: prices,
  cancelled: fc.boolean(),
  refused: fc.boolean(),
  multiplier: fc.constantFrom('1', '50', '0.01'),
});

interface Life {
  readonly parts: readonly number[];
  readonly price: string;
  readonly cancelled: boolean;
  readonly refused: boolean;
  readonly multiplier: string;
}

function tell({ parts: units, price, cancelled, refused }: Life): readonly Report[] {
  if (refused) return [{ kind: 'rejected' }];
  // Of a cancelled order the last part is never filled.
  const filled = cancelled ? units.slice(0, -1) : units;
  const fills = filled.map((unit): Report => ({ kind: 'filled', quantity: new Decimal(unit).div(8).toFixed(), price }));
  return [{ kind: 'accepted' }, ...fills, ...(cancelled ? [{ kind: 'cancelled' } as const] : [])];
}

/**
 * Everything that a venue said, in any order that can reach us: some of it twice (answer and stream), some of it late, a
 * lost answer ("unknown") anywhere. Only a fill that completes an order always comes last of the fills, since it is known
 * by the sum.
 */
const hearings = lives.chain((life) => {
  const lost: Report = { kind: 'unknown' };
  const said: Said[] = [...tell(life), lost].map((report, id) => ({ id, report }));
  const twice = [...said, ...said];
  return fc
    .shuffledSubarray(twice, { minLength: twice.length, maxLength: twice.length })
    .map((heard) => ({ life, said, heard }));
});

/** As step apply does: an id that was heard before counts no more. */
function hear(
  first: OrderRecord,
  heard: readonly Said[],
  look: (before: OrderRecord, outcome: ReturnType<typeof applyReport>) => void,
) {
  const known = new Set<number>();
  let current = first;
  for (const { id, report } of heard) {
    if (known.has(id)) continue;
    known.add(id);
    const outcome = applyReport(current, report);
    look(current, outcome);
    current = outcome.order;
  }
  return current;
}

function orderOf(life: Life): OrderRecord {
  const quantity = life.parts.reduce((sum, unit) => sum.plus(new Decimal(unit).div(8)), ZERO);
  return order({ quantity, referencePrice: new Decimal('4999.123456'), multiplier: new Decimal(life.multiplier) });
}

describe('what a venue says, in any order and twice', () => {
  it('only moves along the table, never fills more than the quantity, and returns the whole reservation', () => {
    fc.assert(
      fc.property(hearings, ({ life, heard }) => {
        const first = orderOf(life);
        let returned = ZERO;
        const last = hear(first, heard, (before, { order: after, converted, released }) => {
          expect([before.status, ...Object.values(transitions[before.status])]).toContain(after.status);
          expect(after.filledQuantity.lte(after.quantity)).toBe(true);
          expect(after.reserved.gte(0) && converted.gte(0) && released.gte(0)).toBe(true);
          expect(before.reserved.minus(converted).minus(released).eq(after.reserved)).toBe(true);
          returned = returned.plus(converted).plus(released);
        });
        expect(isTerminal(last.status)).toBe(true);
        expect(last.reserved.isZero()).toBe(true);
        expect(returned.eq(first.reserved)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('ends in the same status, with the same fills, whatever the order of hearing', () => {
    fc.assert(
      fc.property(hearings, ({ life, said, heard }) => {
        const nothing = (): void => undefined;
        const inOrder = hear(orderOf(life), said, nothing);
        const shuffled = hear(orderOf(life), heard, nothing);
        expect(shuffled.status).toBe(inOrder.status);
        expect(shuffled.filledQuantity.eq(inOrder.filledQuantity)).toBe(true);
        expect(shuffled.filledValue.eq(inOrder.filledValue)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a fill beyond the quantity, and a report without a row, in a sentence', () => {
    const fill: Report = { kind: 'filled', quantity: '10.000000000001', price: '1' };
    expect(() => applyReport(order(), fill)).toThrow('stay within its quantity');
    const filled = applyReport(order(), { kind: 'filled', quantity: '10', price: '1' }).order;
    expect(() => applyReport(filled, { kind: 'rejected' })).toThrow('An order that is filled has a row for rejected');
  });

  it('converts at the reference price, and the last fill takes what rounding left', () => {
    const first = order({
      quantity: new Decimal(3),
      referencePrice: new Decimal('0.333333333333'),
      multiplier: new Decimal('0.01'),
    });
    const one: Report = { kind: 'filled', quantity: '1', price: '9' };
    const partly = applyReport(first, one);
    expect(partly.converted.eq(notional(new Decimal(1), first.referencePrice, first.multiplier))).toBe(true);
    const last = applyReport(applyReport(partly.order, one).order, one);
    expect(last.order).toMatchObject({ status: 'filled' });
    expect(last.order.reserved.isZero() && last.released.isZero()).toBe(true);
  });
});
