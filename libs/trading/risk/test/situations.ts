import { limits } from '@keelson/contracts';
import { Decimal, price, quantity } from '@keelson/kernel';
import type { InstrumentFacts, Limits, Situation } from '../src/situation.ts';
import type { LegFacts } from '../src/spread.ts';

export const decimal = (text: string): Decimal => new Decimal(text);

const nothingLimited: Limits = Object.fromEntries(limits.map(({ name }) => [name, null]));

/** Every limit null, which is unlimited in so many words, but for those that are named. */
export function limitedBy(named: Readonly<Partial<Record<keyof Limits, string>>>): Limits {
  const set = Object.entries(named).map(([name, value]) => [name, decimal(value)]);
  return { ...nothingLimited, ...(Object.fromEntries(set) as Limits) };
}

export function instrument(changes: Partial<InstrumentFacts> = {}): InstrumentFacts {
  return { kind: 'future', calendar: 'CME_GLOBEX', multiplier: decimal('50'), currency: 'USD', ...changes };
}

/** A Friday at 10:00 in London: Globex is open, New York is not. */
export const NOW = new Date('2026-01-02T10:00:00Z');

export function secondsBefore(seconds: number): Date {
  return new Date(NOW.getTime() - seconds * 1_000);
}

/** A buy of 2 ES at 5,000 (multiplier 50: 500,000) that every check lets pass, with some things said otherwise. */
export function situation(changes: Partial<Situation> = {}): Situation {
  return {
    signalId: '01890000-0000-7000-8000-000000000001',
    accountId: '01890000-0000-7000-8000-000000000002',
    strategy: 'test',
    symbol: 'ES',
    side: 'buy',
    quantity: quantity('2'),
    price: price('5000'),
    terms: { type: 'market', timeInForce: 'day' },
    reduceOnly: false,
    broker: 'paper',
    instrument: instrument(),
    expiresAt: new Date('2026-01-02T10:01:00Z'),
    now: NOW,
    tradingState: 'ACTIVE',
    haltGeneration: '0',
    limits: limitedBy({ max_notional: '600000', max_open_positions: '3', max_exposure: '900000' }),
    limitsVersion: 7,
    exposures: [accountExposure('100000', '200000', '900000')],
    maySellShort: false,
    position: decimal('0'),
    openPositions: 1,
    openBuys: decimal('0'),
    openSells: decimal('0'),
    funds: { equity: decimal('1000000'), buyingPower: decimal('800000') },
    dayResult: decimal('0'),
    rate: decimal('1'),
    consecutiveLosses: 0,
    approvals: { lastSecond: 0, lastMinute: 0 },
    quote: { bid: decimal('4999'), ask: decimal('5001'), at: secondsBefore(1) },
    ...changes,
  };
}

export function accountExposure(held: string, reserved: string, maximum: string | null) {
  return {
    scope: 'account',
    held: decimal(held),
    reserved: decimal(reserved),
    maximum: maximum === null ? null : decimal(maximum),
  };
}

/** The situation with one limit set, or taken away where the value is undefined. */
export function withLimit(name: keyof Limits, value: string | undefined, changes: Partial<Situation> = {}): Situation {
  const given = situation(changes);
  if (value !== undefined) return { ...given, limits: { ...given.limits, [name]: decimal(value) } };
  const { [name]: _, ...limits } = given.limits;
  return { ...given, limits };
}

/** One option leg: 1 contract of 100 on SPY, expiring in 30 days, with some things said otherwise. */
export function leg(
  side: 'buy' | 'sell',
  right: 'call' | 'put',
  strike: string,
  premium: string,
  changes: Partial<LegFacts> & { readonly expiresInDays?: number; readonly underlying?: string } = {},
): LegFacts {
  const { expiresInDays = 30, underlying = 'SPY', ...rest } = changes;
  return {
    symbol: `${underlying}-${right}-${strike}-${expiresInDays}`,
    side,
    quantity: decimal('1'),
    price: decimal(premium),
    multiplier: decimal('100'),
    reducible: decimal('0'),
    quotedAt: secondsBefore(1),
    option: {
      underlying,
      right,
      strike: decimal(strike),
      expiresAt: new Date(NOW.getTime() + expiresInDays * 86_400_000),
    },
    ...rest,
  };
}
