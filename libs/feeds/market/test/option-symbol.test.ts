import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { optionSymbol, paddedOptionSymbol, parseOptionSymbol, parseTicker } from '../src/index.ts';

const call = { underlying: 'AAPL', expiry: '2026-12-18', right: 'call', strike: '250' } as const;

describe('the symbol of an option', () => {
  it.each([
    'AAPL261218C00250000',
    'AAPL  261218C00250000',
    'aapl261218c00250000',
    'AAPL261218C250.0',
    'AAPL261218C250',
  ])('%s says what it is', (text) => {
    expect(parseOptionSymbol(text)).toEqual(call);
  });

  it.each([
    ['SPXW261120P05900500', { underlying: 'SPXW', expiry: '2026-11-20', right: 'put', strike: '5900.5' }],
    ['F271217C00012500', { underlying: 'F', expiry: '2027-12-17', right: 'call', strike: '12.5' }],
  ])('%s too', (text, terms) => {
    expect(parseOptionSymbol(text)).toEqual(terms);
  });

  it.each([
    'AAPL',
    'NQZ2026',
    'AAPL261318C00250000',
    'AAPL260231C00250000',
    'AAPL261218X00250000',
    'AAPL261218C00000000',
  ])('%s is none', (text) => {
    expect(parseOptionSymbol(text)).toBeUndefined();
  });

  it('is written without padding, and with it where it is asked for', () => {
    expect([optionSymbol(call), paddedOptionSymbol(call)]).toEqual(['AAPL261218C00250000', 'AAPL  261218C00250000']);
  });

  it.each([{ strike: '100000' }, { strike: '1.2345' }, { underlying: 'TOOLONG' }])('has no room for %j', (part) => {
    expect(optionSymbol({ ...call, ...part })).toBeUndefined();
  });

  it('comes back from its parts unchanged', () => {
    const terms = fc.record({
      underlying: fc.stringMatching(/^[A-Z]{1,6}$/),
      date: fc.date({ min: new Date('2020-01-01'), max: new Date('2089-12-31'), noInvalidDate: true }),
      right: fc.constantFrom('call' as const, 'put' as const),
      thousandths: fc.integer({ min: 1, max: 99_999_999 }),
    });
    fc.assert(
      fc.property(terms, ({ underlying, date, right, thousandths }) => {
        const strike = String(thousandths / 1_000);
        const whole = { underlying, expiry: date.toISOString().slice(0, 10), right, strike };
        expect(parseOptionSymbol(optionSymbol(whole)!)).toEqual(whole);
        expect(parseOptionSymbol(paddedOptionSymbol(whole)!)).toEqual(whole);
      }),
    );
  });
});

describe('a ticker', () => {
  it.each([
    ['cme_mini:nq1!', 'NQ1!', { root: 'NQ', nth: 1 }],
    ['ES2!', 'ES2!', { root: 'ES', nth: 2 }],
    ['CME:6E1!', '6E1!', { root: '6E', nth: 1 }],
    ['NQZ26', 'NQZ2026', undefined],
    ['CME_MINI:NQZ2026', 'NQZ2026', undefined],
    ['OPRA:AAPL261218C250.0', 'AAPL261218C00250000', undefined],
    [' nasdaq:aapl ', 'AAPL', undefined],
    ['BTCUSD', 'BTCUSD', undefined],
  ])('%s is %s', (text, name, continuous) => {
    expect(parseTicker(text)).toMatchObject({ name, continuous });
  });
});
