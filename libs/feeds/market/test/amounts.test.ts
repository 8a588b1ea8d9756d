import { describe, expect, it } from '@jest/globals';
import { Decimal, price, quantity } from '@keelson/kernel';
import fc from 'fast-check';
import { checkAmounts, toTick } from '../src/index.ts';

const NOW = new Date('2026-11-20T15:00:00Z');
const future = { symbol: 'NQZ2026', tickSize: '0.25', lotSize: '1', expiresAt: new Date('2026-12-18T14:30:00Z') };
const coin = { symbol: 'BTCUSD', tickSize: '0.01', lotSize: '0.00000001', expiresAt: null };

describe('amounts of an order', () => {
  it.each([
    [future, '2', { limit: price('21000.25'), stop: price('-0.5') }],
    [coin, '0.00000001', { limit: price('65120.5') }],
    [coin, '0', {}],
  ])('on the steps of %j pass', (instrument, units, prices) => {
    expect(checkAmounts(instrument, quantity(units), prices, NOW)).toBeUndefined();
  });

  it('off the tick are refused with the ticks on both sides', () => {
    expect(checkAmounts(future, quantity('1'), { takeProfit: price('21000.3') }, NOW)).toEqual({
      code: 'off_tick',
      which: 'takeProfit',
      price: '21000.3',
      tickSize: '0.25',
      below: '21000.25',
      above: '21000.5',
    });
    expect(checkAmounts(future, quantity('1'), { limit: price('-0.3') }, NOW)).toMatchObject({
      below: '-0.5',
      above: '-0.25',
    });
  });

  it('off the lot are refused with the lot', () => {
    expect(checkAmounts(future, quantity('2.5'), {}, NOW)).toEqual({
      code: 'off_lot',
      quantity: '2.5',
      lotSize: '1',
      below: '2',
    });
  });

  it('of an instrument that has ended are refused from its last instant on', () => {
    const { expiresAt } = future;
    expect(checkAmounts(future, quantity('1'), {}, new Date(expiresAt.getTime() - 1))).toBeUndefined();
    expect(checkAmounts(future, quantity('1'), {}, expiresAt)).toEqual({
      code: 'instrument_expired',
      symbol: 'NQZ2026',
      expiredAt: '2026-12-18T14:30:00.000Z',
    });
  });

  it('that are a whole number of steps pass exactly, whatever the step', () => {
    const steps = fc.constantFrom('0.25', '0.01', '0.1', '0.005', '0.03125', '0.00000001', '5');
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 10_000_000 }), (step, count) => {
        const on = new Decimal(step).times(count);
        const off = on.plus(new Decimal(step).dividedBy(2));
        const instrument = { ...coin, tickSize: step };
        expect(checkAmounts(instrument, quantity('1'), { limit: price(on) }, NOW)).toBeUndefined();
        expect(checkAmounts(instrument, quantity('1'), { limit: price(off) }, NOW)).toMatchObject({ code: 'off_tick' });
      }),
    );
  });

  it.each([
    ['21000.30', 'down', '21000.25'],
    ['21000.30', 'up', '21000.5'],
    ['21000.25', 'up', '21000.25'],
    ['-0.3', 'up', '-0.25'],
  ] as const)('%s moved %s is %s', (value, direction, moved) => {
    expect(toTick(new Decimal(value), '0.25', direction).toFixed()).toBe(moved);
  });
});
