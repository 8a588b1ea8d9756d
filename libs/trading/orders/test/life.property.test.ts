import { describe, expect, it } from '@jest/globals';
import type { Exits, Message, Payload } from '@keelson/contracts';
import { Decimal, deriveId, ZERO } from '@keelson/kernel';
import fc from 'fast-check';
import { legState } from '../src/plan/standing.ts';
import { isTerminal, transitions } from '../src/transitions.ts';
import { Books } from './support/books.ts';
import { Exchange } from './support/exchange.ts';
import { happen, settle, type Storm, Weather } from './support/weather.ts';

const RUNS = Number(process.env['ORDERS_PROPERTY_RUNS'] ?? 400);
const EXITS: Exits = { takeProfit: { limitPrice: '110' }, stopLoss: { type: 'stop', stopPrice: '90' } };

function approved(changes: Partial<Payload<'order.approved'>> = {}): Payload<'order.approved'> {
  const signalId = deriveId('signal', 'books');
  return {
    signalId,
    intentId: deriveId('intent', signalId),
    accountId: deriveId('account'),
    symbol: 'ES',
    side: 'buy',
    quantity: '10',
    price: '100',
    notional: '1000.000000000001',
    broker: 'paper',
    multiplier: '1',
    currency: 'USD',
    terms: { type: 'limit', timeInForce: 'day', limitPrice: '100' },
    reduceOnly: false,
    expiresAt: '2030-01-01T00:00:00.000Z',
    ...changes,
  };
}

const weathers = fc.array(fc.nat(1_000), { minLength: 20, maxLength: 220 });
const storms = fc.record({ refuses: fc.boolean(), busts: fc.boolean(), requests: fc.boolean() });

/** Lives through some weather; then the venue's day ends for what opens positions, and all that was said arrives. */
function live(books: Books, numbers: readonly number[], storm: Storm): Exchange {
  const venue = new Exchange();
  for (const weather = new Weather(numbers); !weather.over;) {
    happen(weather, books, venue, storm);
    checkLimits(books);
  }
  settle(books, venue);
  for (const order of venue.live()) if (!order.reduceOnly) venue.expire(order);
  settle(books, venue);
  return venue;
}

/** What holds at every moment. */
function checkLimits({ orders, reserved }: Books): void {
  for (const order of orders) {
    expect(Object.keys(transitions)).toContain(order.status);
    expect(order.filledQuantity.gte(0) && order.reserved.gte(0) && order.bustedQuantity.gte(0)).toBe(true);
    expect(order.filledQuantity.plus(order.bustedQuantity).lte(order.quantity)).toBe(true);
  }
  const open = orders.reduce((sum, order) => sum.plus(order.reserved), ZERO);
  expect(reserved.toFixed()).toBe(open.toFixed());
}

function ends(told: readonly Message[]) {
  return told.filter((message) => message.type === 'order.changed' && message.payload.ends);
}

/** Our books say what the venue's do; nothing is reserved any more; one change ended the signal. */
function checkEnd(books: Books, venue: Exchange): void {
  for (const order of books.orders) {
    expect(order.filledQuantity.toFixed()).toBe(venue.netFilled(order.clientOrderId).toFixed());
    const there = venue.orders.get(order.clientOrderId);
    expect({ order: order.status, open: !isTerminal(order.status) }).toEqual({
      order: order.status,
      open: there?.live ?? false,
    });
  }
  expect(books.reserved.toFixed()).toBe('0');
  expect(ends(books.told)).toHaveLength(1);
  const fills = books.told.filter(({ type }) => type === 'order.filled').length;
  const busts = books.told.filter(({ type }) => type === 'order.fill_busted').length;
  expect(fills - busts).toBe(venue.executions.filter(({ busted }) => !busted).length);
}

describe('one order, whatever its venue says, in any order, twice and late', () => {
  it('ends as the venue has it, and returns what was reserved', () => {
    fc.assert(
      fc.property(weathers, storms, (numbers, storm) => {
        const books = new Books(approved());
        checkEnd(books, live(books, numbers, storm));
      }),
      { numRuns: RUNS },
    );
  });

  it('is never filled beyond what was approved, all its revisions together', () => {
    fc.assert(
      fc.property(weathers, (numbers) => {
        const books = new Books(approved());
        const venue = live(books, numbers, { refuses: true, busts: false, requests: true });
        const filled = venue.executions.reduce((sum, { quantity }) => sum.plus(quantity), ZERO);
        expect(filled.lte(10)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('an entry with both exits, in any weather', () => {
  it('is left for what it filled and no more: open exits are what is left of the position', () => {
    fc.assert(
      fc.property(weathers, fc.boolean(), fc.boolean(), (numbers, busts, requests) => {
        const books = new Books(approved({ exits: EXITS }));
        const venue = live(books, numbers, { refuses: false, busts, requests });
        checkEnd(books, venue);
        const [entry, ...exits] = [0, 1, 2].map((leg) => legState(books.orders, leg));
        const left = exits.reduce((sum, { filled }) => sum.minus(filled), entry!.filled);
        for (const { standing } of exits) {
          // The venue itself ends an exit that it finds nothing to reduce for; it is not placed again.
          if (!standing || (isTerminal(standing.status) && standing.status !== 'filled' && !standing.cancel)) continue;
          const open = venue.orders.get(standing.clientOrderId);
          expect((open?.live ? open.open : ZERO).toFixed()).toBe(Decimal.max(left, ZERO).toFixed());
        }
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a spread, in any weather', () => {
  const legs = [
    { symbol: 'A', side: 'buy' as const, quantity: '4', price: '3', multiplier: '100' },
    { symbol: 'B', side: 'sell' as const, quantity: '8', price: '1', multiplier: '100' },
    { symbol: 'C', side: 'buy' as const, quantity: '4', price: '2', multiplier: '100' },
  ];
  const spread = approved({ quantity: '4', legs, notional: '333.333333333333', exits: undefined });

  it('ends whole or is unwound to whole spreads, with one end told and nothing reserved', () => {
    fc.assert(
      fc.property(weathers, fc.boolean(), (numbers, refuses) => {
        const books = new Books(spread);
        const venue = live(books, numbers, { refuses, busts: false, requests: true });
        settleUnwinding(books, venue);
        checkEnd(books, venue);
        const end = ends(books.told)[0] as Message<'order.changed'>;
        const unwindFailed = books.orders.some(({ role, status }) => role === 'unwind' && status !== 'filled');
        if (unwindFailed) return;
        for (const [leg, { quantity }] of legs.entries()) {
          const ours = books.orders.filter((order) => order.leg === leg || order.leg === legs.length + leg);
          const kept = ours.reduce(
            (sum, { role, filledQuantity }) => (role === 'leg' ? sum.plus(filledQuantity) : sum.minus(filledQuantity)),
            ZERO,
          );
          expect(kept.toFixed()).toBe(new Decimal(end.payload.ends!.filledQuantity).times(quantity).div(4).toFixed());
        }
      }),
      { numRuns: RUNS },
    );
  });

  /** Unwinding goes at the market: the venue fills it whole. */
  function settleUnwinding(books: Books, venue: Exchange): void {
    for (const order of venue.live()) venue.fill(order, 4);
    settle(books, venue);
  }
});
