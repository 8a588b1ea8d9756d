import { describe, expect, it } from '@jest/globals';
import { Decimal } from '@keelson/kernel';
import { compare } from '../../src/reconcile/compare.ts';
import { heldOnceMended } from '../../src/reconcile/once-mended.ts';
import type { OurPicture, VenuePicture } from '../../src/reconcile/picture.ts';
import { type LookTimes, type ModelOrder, oursAt, venueAt } from './model.ts';

const NONE: ReadonlyMap<string, Decimal> = new Map();
/** Long after everything of the orders below. */
const LATER: LookTimes = {
  asked: 50_000,
  orders: 50_010,
  positions: 50_010,
  balances: 50_010,
  executions: 50_050,
  books: 50_060,
};

const order = (name: string, side: 'buy' | 'sell', fills: readonly { at: number; silent?: boolean }[]): ModelOrder => ({
  ...{ name, symbol: 'ES', side, quantity: 4, placedAt: 0 },
  happenings: [
    { at: 100, delay: 10, what: 'accepted' },
    ...fills.map(({ at, silent = false }) => ({ at, delay: 10, what: { filled: 2 }, silent })),
  ],
});

/** How what is held differs beyond executions, and the kinds of all that a look shows. */
function told(ours: OurPicture, venue: VenuePicture) {
  const differences = compare(ours, venue);
  const held = heldOnceMended(ours, venue, differences, NONE);
  return {
    kinds: differences.map(({ kind }) => kind).sort(),
    held: held?.map(({ kind, venue: there }) => [kind, there?.['difference']]),
  };
}

const missed = [
  order('one', 'buy', [{ at: 200 }, { at: 300, silent: true }]),
  order('two', 'sell', [{ at: 250, silent: true }]),
];

describe('what is held, once all executions are as the venue has them', () => {
  it('agrees, where the executions that we lack are all that differs', () => {
    expect(told(oursAt(missed, LATER), venueAt(missed, LATER))).toEqual({
      ...{ kinds: ['partial_fill', 'partial_fill'], held: [] },
    });
  });

  it('agrees, where one that we lack happened while the venue was asked, and is not in what it held', () => {
    const during = [order('one', 'buy', [{ at: 200 }, { at: LATER.positions + 20, silent: true }])];
    expect(told(oursAt(during, LATER), venueAt(during, LATER))).toEqual({ kinds: ['partial_fill'], held: [] });
  });

  it('agrees, where the venue has one otherwise or no more', () => {
    const ours = oursAt(missed, LATER);
    const [first, ...others] = ours.fills;
    const another = { ...first!, quantity: new Decimal(1), price: new Decimal(9) };
    const gone = { ...first!, executionId: 'gone' };
    const booked = {
      ...{ ...ours, fills: [another, gone, ...others] },
      positions: new Map([['ES', ours.positions.get('ES')!.minus(2).plus(1).plus(2)]]),
      cash: new Map([['USD', ours.cash.get('USD')!.plus(20).minus(9).minus(20)]]),
    };
    expect(told(booked, venueAt(missed, LATER))).toEqual({
      kinds: ['partial_fill', 'partial_fill', 'vanished_fill', 'wrong_quantity'],
      held: [],
    });
  });

  it('differs by what an execution of before the window was changed, which the comparison does not show yet', () => {
    const venue = venueAt(missed, LATER);
    const changed = {
      ...venue,
      balances: venue.balances.map((one) => ({ ...one, cash: new Decimal(one.cash).minus(7).toFixed() })),
    };
    expect(told(oursAt(missed, LATER), changed)).toEqual({
      ...{ kinds: ['partial_fill', 'partial_fill'], held: [['balance', '-7']] },
    });
  });

  it('is not known, where an execution is of a symbol that no fill tells the worth of', () => {
    const silent = [order('one', 'buy', [{ at: 200, silent: true }])];
    expect(told(oursAt(silent, LATER), venueAt(silent, LATER)).held).toBeUndefined();
  });
});
