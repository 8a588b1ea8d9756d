import { describe, expect, it } from '@jest/globals';
import { Decimal, ZERO } from '@keelson/kernel';
import { applyReport, type Report } from '../src/report.ts';
import { order } from './orders.ts';

function fill(quantity: string, price = '1'): Report {
  const filled = new Decimal(quantity);
  return { kind: 'filled', execution: { executed: filled, filled, value: filled.times(price) } };
}

describe('a report about an order', () => {
  it('is refused in a sentence when it fills beyond the quantity, or has no row in the table', () => {
    expect(() => applyReport(order(), fill('10.000000000001'))).toThrow('stay within its quantity');
    const filled = applyReport(order(), fill('10')).order;
    expect(() => applyReport(filled, { kind: 'rejected' })).toThrow('An order that is filled has a row for rejected');
  });

  it('converts a fill’s share of what is reserved, and the last fill takes what rounding left', () => {
    const first = order({ quantity: new Decimal(3), reserved: new Decimal('0.1') });
    const partly = applyReport(first, fill('1'));
    expect(partly.converted.toFixed()).toBe('0.033333333333');
    const last = applyReport(applyReport(partly.order, fill('1')).order, fill('1'));
    expect(last.order.status).toBe('filled');
    expect(last.converted.toFixed()).toBe('0.033333333334');
    expect(last.order.reserved.isZero() && last.released.isZero()).toBe(true);
  });

  it('does not open again what a bust took back', () => {
    const filled = applyReport(order(), fill('10', '7')).order;
    const execution = { executed: ZERO, filled: new Decimal(-4), value: new Decimal(-28) };
    const busted = applyReport(filled, { kind: 'busted', execution });
    expect(busted.order).toMatchObject({ status: 'filled' });
    expect([busted.order.filledQuantity, busted.order.bustedQuantity, busted.order.filledValue].map(String)).toEqual([
      ...['6', '4', '42'],
    ]);
    expect(busted.released.isZero() && busted.converted.isZero()).toBe(true);
  });

  it('answers a cancel by refusing it: the order is as if nobody had asked', () => {
    const asked = order({ status: 'accepted', cancel: { reason: 'x', planned: false } });
    const refused = applyReport({ ...asked, attemptId: asked.orderId }, { kind: 'cancel_refused' });
    expect(refused.changed).toBe(true);
    expect(refused.order).toEqual({ ...asked, cancel: undefined, attemptId: undefined });
  });
});
