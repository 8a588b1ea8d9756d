import { describe, expect, it } from '@jest/globals';
import { Decimal, decimalText } from '@keelson/kernel';
import { stopPriceOf } from '../src/stop-price.ts';
import { resultOf, type TradeFigures } from '../src/trade-result.ts';

const long: TradeFigures = {
  direction: 'long',
  entryPrice: new Decimal(100),
  quantity: new Decimal(2),
  multiplier: new Decimal(50),
  realisedProfit: new Decimal(1_000),
  fees: new Decimal(10),
  initialRisk: new Decimal(500),
  lowestPrice: new Decimal(97),
  highestPrice: new Decimal(112),
  openedAt: new Date('2026-01-02T10:00:00Z'),
  closedAt: new Date('2026-01-02T10:30:00Z'),
};

describe('the result of a round trip', () => {
  it('is net of fees, in R of what the stop risked, with its time and its worst and best moment', () => {
    const result = resultOf(long);
    expect(
      [result.netProfit, result.rMultiple!, result.maximumAdverseExcursion!, result.maximumFavourableExcursion!].map(
        decimalText,
      ),
    ).toEqual(['990', '1.98', '-300', '1200']);
    expect(result.durationSeconds).toBe(1_800);
  });

  it('of a short counts the highest price against it', () => {
    const { maximumAdverseExcursion, maximumFavourableExcursion } = resultOf({ ...long, direction: 'short' });
    expect([maximumAdverseExcursion!, maximumFavourableExcursion!].map(decimalText)).toEqual(['-1200', '300']);
  });

  it('has no R without a stop, nor with one at the entry, nor while it is open; nor a duration then', () => {
    expect(resultOf({ ...long, initialRisk: undefined }).rMultiple).toBeUndefined();
    expect(resultOf({ ...long, initialRisk: new Decimal(0) }).rMultiple).toBeUndefined();
    expect(resultOf({ ...long, closedAt: undefined })).toMatchObject({
      rMultiple: undefined,
      durationSeconds: undefined,
    });
  });

  it('never calls a gain adverse, nor a loss favourable', () => {
    const { maximumAdverseExcursion } = resultOf({ ...long, lowestPrice: new Decimal(101) });
    expect(decimalText(maximumAdverseExcursion!)).toBe('0');
  });
});

describe('the stop price of an entry', () => {
  const at = new Decimal(200);
  it.each([
    ['none', null, undefined],
    ['a take profit only', { takeProfit: { limitPrice: '210' } }, undefined],
    ['a stop', { stopLoss: { type: 'stop', stopPrice: '190' } }, '190'],
    ['a stop limit', { stopLoss: { type: 'stop_limit', stopPrice: '191', limitPrice: '190' } }, '191'],
    ['a trail in price', { stopLoss: { type: 'trailing_stop', trail: '4', trailUnit: 'price' } }, '196'],
    ['a trail in percent', { stopLoss: { type: 'trailing_stop', trail: '1', trailUnit: 'percent' } }, '198'],
  ] as const)('with %s', (_, exits, expected) => {
    const stop = stopPriceOf(exits, 'buy', at);
    expect(stop && decimalText(stop)).toBe(expected);
  });

  it('stands above a short entry', () => {
    const stop = stopPriceOf({ stopLoss: { type: 'trailing_stop', trail: '4', trailUnit: 'price' } }, 'sell', at);
    expect(decimalText(stop!)).toBe('204');
  });
});
