import { describe, expect, it } from '@jest/globals';
import { isAmountName } from '../../src/checks/exact-amounts.ts';
import { lint } from './lint.ts';

const found = (source: string) => lint('libs/trading/risk/src/a.ts', source);

describe('amounts that are numbers', () => {
  it.each([
    'export function f(price: number) { return String(price); }',
    'export interface A { readonly quantity?: number }',
    'export interface A { readonly fees: readonly number[] }',
    'export class A { #cost: number | undefined; }',
    'export type A = { average_price: number | null };',
    'export function realisedProfit(): number { return 1; }',
    'export const f = (o: { price: string }) => Number(o.price);',
    'export const f = (o: { price?: string }) => Number.parseFloat(o.price!);',
    'export const f = (row: string[]) => { const strike = parseFloat(row[0]!); return String(strike); };',
    'export const f = (o: { price: unknown; quantity: unknown }) => (o.price as never) * 2;',
    'export const f = (a: never, lotSize: never) => a % lotSize;',
    'export const f = (o: { fee: never; all: never }) => { o.all += o.fee; };',
    'export const f = (o: { bid: string }, other: string) => o.bid > other;',
    'export const f = (notional: never) => -notional;',
    'export const f = (o: { quantity: never }) => { o.quantity++; };',
    'export const f = (price: never) => Math.round(price);',
    'export const f = (o: { price: { toNumber(): unknown } }) => o.price.toNumber();',
  ])('are found, with the fix: %s', (source) => {
    const messages = found(source);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain('Fix: ');
  });

  it.each([
    "import { Decimal } from '@keelson/kernel'; export const f = (price: Decimal, fee: string) => price.plus(fee).times(2);",
    'export const f = (prices: readonly string[], index: number) => prices.length > index;',
    'export const f = (price: string) => "at " + price + "." + price;',
    'export const f = (priceColumn: number, quantityMs: number) => priceColumn + quantityMs;',
    'export const f = (o: { price: string }, p: string) => o.price === p;',
    'export interface A { readonly revision: number }',
    'export const f = (price: { lessThan(o: unknown): boolean }, o: unknown) => price.lessThan(o);',
  ])('exact ones pass: %s', (source) => {
    expect(found(source)).toEqual([]);
  });

  it.each([
    ['price', true],
    ['averagePrice', true],
    ['realised_profit', true],
    ['quantities', true],
    ['tickSize', true],
    ['#fees', true],
    ['batchSize', false],
    ['priceTicks', false],
    ['askedFor', false],
    ['', false],
  ])('the name "%s" holds one: %s', (name, expected) => {
    expect(isAmountName(name)).toBe(expected);
  });
});
