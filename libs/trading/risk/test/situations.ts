import { Decimal, notional, price, quantity } from '@keelson/kernel';
import type { Situation } from '../src/situation.ts';

/** A buy of 2 ES at 5,000 (multiplier 50: 500,000) that every check lets pass, with some things said otherwise. */
export function situation(changes: Partial<Situation> = {}): Situation {
  const units = changes.quantity ?? quantity('2');
  const at = changes.price ?? price('5000');
  return {
    signalId: '01890000-0000-7000-8000-000000000001',
    accountId: '01890000-0000-7000-8000-000000000002',
    symbol: 'ES',
    side: 'buy',
    quantity: units,
    price: at,
    notional: notional(units, at, new Decimal(50)),
    broker: 'paper',
    multiplier: new Decimal(50),
    currency: 'USD',
    expiresAt: new Date('2026-01-02T10:01:00Z'),
    now: new Date('2026-01-02T10:00:00Z'),
    tradingState: 'ACTIVE',
    haltGeneration: '0',
    limits: { maxNotional: new Decimal(600_000), maxOpenPositions: new Decimal(3) },
    exposure: { held: new Decimal(100_000), reserved: new Decimal(200_000), maximum: new Decimal(900_000) },
    maySellShort: false,
    position: new Decimal(0),
    openPositions: 1,
    ...changes,
  };
}
