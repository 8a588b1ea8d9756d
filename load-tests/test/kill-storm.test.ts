import { describe, expect, it } from '@jest/globals';
import { planStorm } from '../torture/kill-storming/plan.ts';
import type { DeliveryLine } from '../torture/harness/deliver.ts';
import { type Evidence, weigh } from '../torture/harness/verdict.ts';

const load = { seed: 7, signals: 500, teams: 4, overMs: 60_000, prefix: 'storm' };

describe('the plan of a storm', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planStorm(load)).toEqual(planStorm(load));
    expect(planStorm({ ...load, seed: 8 })).not.toEqual(planStorm(load));
  });

  it('sends each signal one to four times, known by a price of its own, in the order of time', () => {
    const planned = planStorm(load);
    const copies = [...Map.groupBy(planned, ({ signal }) => signal.price).values()].map((some) => some.length);
    expect(copies).toHaveLength(500);
    expect([Math.min(...copies), Math.max(...copies)]).toEqual([1, 4]);
    expect(planned.map(({ atMs }) => atMs)).toEqual(planned.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
  });
});

const good: DeliveryLine = { id: 'a', price: '5000', kind: 'good', copy: 1, status: 202, signal_id: 's1' };
const fill = { clientOrderId: 'c1', quantity: '2', price: '5000.25' };
const sound: Evidence = {
  deliveries: [good, { ...good, copy: 2 }],
  venueOrders: [{ clientOrderId: 'c1', price: '5000' }],
  venueFills: [fill],
  books: { endings: new Map([['s1', ['order.filled']]]), fills: [fill], unbalanced: 0, deadLetters: 0 },
};
const wrongs = (change: Partial<Evidence>) => {
  const found = Object.entries(weigh({ ...sound, ...change })).filter(([, names]) => names.length > 0);
  return Object.fromEntries(found);
};
const booksWith = (change: Partial<Evidence['books']>): Partial<Evidence> => ({ books: { ...sound.books, ...change } });

describe('the judge of a storm finds', () => {
  it('nothing where nothing is wrong', () => expect(wrongs({})).toEqual({}));

  it('an accepted signal that never ended, and one that ended twice', () => {
    expect(wrongs(booksWith({ endings: new Map() }))).toEqual({ lost: ['s1'] });
    const twice = new Map([['s1', ['order.filled', 'order.expired']]]);
    expect(wrongs(booksWith({ endings: twice }))).toEqual({ endedTwice: ['s1'] });
  });

  it('a second order of one signal, under whatever id', () => {
    const second = { clientOrderId: 'c2', price: '5000' };
    expect(wrongs({ venueOrders: [...sound.venueOrders, second] })).toEqual({ duplicateOrders: ['5000'] });
  });

  it('an order of a signal that was denied, refused, or that nobody sent', () => {
    const denied = new Map([['s1', ['order.denied']]]);
    expect(wrongs(booksWith({ endings: denied }))).toEqual({ ordersOfRefused: ['5000'] });
    const refused = { id: 'a', price: '5000', kind: 'wrong_key', copy: 1, status: 401 } as const;
    expect(wrongs({ deliveries: [refused] })).toEqual({ ordersOfRefused: ['5000'] });
    expect(wrongs({ venueOrders: [...sound.venueOrders, { clientOrderId: 'c2', price: '1' }] })).toEqual({
      ordersOfNobody: ['1'],
    });
  });

  it('no fault in an order of a signal whose answer was lost', () => {
    const open: DeliveryLine = { id: 'a', price: '5000', kind: 'good', copy: 1 };
    expect(wrongs({ deliveries: [{ ...open, problem: 'reset' }] })).toEqual({});
    expect(wrongs({ deliveries: [{ ...open, status: 503 }] })).toEqual({});
    expect(wrongs({ deliveries: [{ ...open, status: 429 }] })).toEqual({ ordersOfRefused: ['5000'] });
  });

  it('one signal under two names, and one that nobody may accept', () => {
    const two = { ...good, copy: 2, signal_id: 's2' };
    const endings = new Map([...sound.books.endings, ['s2', ['order.expired']]]);
    expect(wrongs({ deliveries: [good, two], ...booksWith({ endings }) })).toEqual({ namedTwice: ['5000'] });
    const accepted: DeliveryLine = { ...good, id: 'b', price: '5001', kind: 'unknown_symbol' };
    expect(wrongs({ deliveries: [good, accepted] })).toEqual({ wronglyAccepted: ['5001'] });
  });

  it('fills that only one side has, also when all else is the same but the price', () => {
    expect(wrongs(booksWith({ fills: [] }))).toEqual({ filledUnbooked: ['c1 2 @ 5000.25'] });
    expect(wrongs(booksWith({ fills: [fill, fill] }))).toEqual({ bookedUnfilled: ['c1 2 @ 5000.25'] });
    expect(wrongs(booksWith({ fills: [{ ...fill, price: '5000.5' }] }))).toEqual({
      filledUnbooked: ['c1 2 @ 5000.25'],
      bookedUnfilled: ['c1 2 @ 5000.5'],
    });
  });
});
