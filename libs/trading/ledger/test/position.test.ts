import { describe, expect, it } from '@jest/globals';
import { Decimal, decimalText } from '@keelson/kernel';
import { entryOf, movedBy, type Settlement } from '../src/entry.ts';
import { averagePrice, execute, FLAT, type Position } from '../src/position.ts';
import { advance, type RoundTrip, type RoundTripChange } from '../src/round-trip.ts';

const multiplier = new Decimal(50);

function trade(side: 'buy' | 'sell', quantity: number, price: number, from: Position = FLAT) {
  return execute(from, { side, quantity: new Decimal(quantity), price: new Decimal(price), multiplier });
}

function show(position: Position): string {
  const average = averagePrice(position, multiplier);
  return `${decimalText(position.quantity)} @ ${decimalText(average)}, profit ${decimalText(position.realisedProfit)}`;
}

const fill = (price: number) => ({
  fillId: `fill at ${price}`,
  signalId: 'signal',
  strategy: 'test',
  price: new Decimal(price),
  multiplier,
  currency: 'USD',
  fee: new Decimal(0),
  stopPrice: undefined,
  executedAt: '2026-01-02T10:00:00.000Z',
});

function brief({ kind, trade: { direction, quantity, exitQuantity, realisedProfit } }: RoundTripChange): string {
  return [kind, direction, ...[quantity, exitQuantity, realisedProfit].map(decimalText)].join(' ');
}

describe('a position', () => {
  it('averages what it adds, keeps the average when it shrinks, and realises profit by multiplier', () => {
    const bought = trade('buy', 3, 110, trade('buy', 1, 100).after);
    expect(show(bought.after)).toBe('4 @ 107.5, profit 0');
    expect(show(trade('sell', 1, 108.5, bought.after).after)).toBe('3 @ 107.5, profit 50');
  });

  it('turns from long to short in one execution: the long closes, the rest opens at the new price', () => {
    const change = trade('sell', 5, 90, trade('buy', 2, 100).after);
    expect(show(change.after)).toBe('-3 @ 90, profit -1000');
    expect([change.closed, change.opened].map(decimalText)).toEqual(['2', '3']);
  });

  it('earns when a short is bought back lower', () => {
    expect(show(trade('buy', 2, 90, trade('sell', 2, 100).after).after)).toBe('0 @ 0, profit 1000');
  });
});

describe('an entry', () => {
  const lines = (change: ReturnType<typeof trade>, settlement: Settlement, fee = 0) =>
    entryOf(movedBy(change), { symbol: 'ES', currency: 'USD', settlement, fee: new Decimal(fee) }).map(
      ({ ledgerAccount, amount }) => `${ledgerAccount} ${decimalText(amount)}`,
    );

  it('of an opening has no line for profit', () => {
    expect(lines(trade('buy', 2, 100), 'paid')).toEqual(['cash -10000', 'position:ES 10000']);
  });

  it('of a turn moves cost through zero and books the loss', () => {
    const change = trade('sell', 5, 90, trade('buy', 2, 100).after);
    expect(lines(change, 'paid')).toEqual(['cash 22500', 'position:ES -23500', 'realised_profit 1000']);
  });

  it('of a future pays the fee only, and owes the price', () => {
    expect(lines(trade('buy', 2, 100), 'margined', 4.5)).toEqual([
      'cash -4.5',
      'position:ES 10000',
      'obligation:ES -10000',
      'fees 4.5',
    ]);
  });

  it('of a closed future moves what was won, less the fee', () => {
    const change = trade('sell', 2, 103, trade('buy', 2, 100).after);
    expect(lines(change, 'margined', 4.5)).toEqual([
      'cash 295.5',
      'position:ES -10000',
      'obligation:ES 10000',
      'realised_profit -300',
      'fees 4.5',
    ]);
  });
});

describe('a round trip', () => {
  it('is created, enlarged, reduced and closed; a turn closes one and creates the next', () => {
    const told: string[] = [];
    let position = FLAT;
    let open: RoundTrip | undefined;
    for (const [side, quantity, price] of [
      ['buy', 1, 100],
      ['buy', 1, 102],
      ['sell', 1, 103],
      ['sell', 3, 104],
    ] as const) {
      const change = trade(side, quantity, price, position);
      position = change.after;
      for (const step of advance(open, change, fill(price))) {
        told.push(brief(step));
        open = step.kind === 'closed' ? undefined : step.trade;
      }
    }
    expect(told).toEqual([
      'created long 1 0 0',
      'updated long 2 0 0',
      'updated long 2 1 100',
      'closed long 2 2 250',
      'created short 2 0 0',
    ]);
  });
});
