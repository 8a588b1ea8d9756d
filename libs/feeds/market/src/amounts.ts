import { type Decimal, Decimal as DecimalValue, decimalText, type Price, type Quantity } from '@keelson/kernel';
import type { Instrument } from './instrument.ts';

/** The prices that an order may name; what it does not name is absent. */
export interface NamedPrices {
  readonly limit?: Price | undefined;
  readonly stop?: Price | undefined;
  readonly takeProfit?: Price | undefined;
  readonly stopLoss?: Price | undefined;
}

/** Why an instrument cannot be traded in these amounts, with the numbers and what would do instead. */
export type AmountRefusal =
  | {
      readonly code: 'off_tick';
      readonly which: keyof NamedPrices;
      readonly price: string;
      readonly tickSize: string;
      readonly below: string;
      readonly above: string;
    }
  | { readonly code: 'off_lot'; readonly quantity: string; readonly lotSize: string; readonly below: string }
  | { readonly code: 'instrument_expired'; readonly symbol: string; readonly expiredAt: string };

type Steps = Pick<Instrument, 'symbol' | 'tickSize' | 'lotSize' | 'expiresAt'>;

/**
 * Checks an order's amounts against the steps of its instrument, and its time against the instrument's end: the first
 * thing that is wrong, or undefined. Amounts are never rounded here: what is meant is the sender's to say. Pure.
 */
export function checkAmounts(
  instrument: Steps,
  quantity: Quantity,
  prices: NamedPrices,
  at: Date,
): AmountRefusal | undefined {
  const { symbol, expiresAt } = instrument;
  if (expiresAt && expiresAt <= at) return { code: 'instrument_expired', symbol, expiredAt: expiresAt.toISOString() };
  const lotSize = new DecimalValue(instrument.lotSize);
  if (!isMultiple(quantity, lotSize)) {
    return {
      code: 'off_lot',
      quantity: decimalText(quantity),
      lotSize: decimalText(lotSize),
      below: decimalText(floorTo(quantity, lotSize)),
    };
  }
  const tick = new DecimalValue(instrument.tickSize);
  for (const which of ['limit', 'stop', 'takeProfit', 'stopLoss'] as const) {
    const named = prices[which];
    if (named !== undefined && !isMultiple(named, tick)) return offTick(which, named, tick);
  }
  return undefined;
}

function offTick(which: keyof NamedPrices, named: Price, tick: Decimal): AmountRefusal {
  const below = floorTo(named, tick);
  return {
    code: 'off_tick',
    which,
    price: decimalText(named),
    tickSize: decimalText(tick),
    below: decimalText(below),
    above: decimalText(below.plus(tick)),
  };
}

function isMultiple(value: Decimal, step: Decimal): boolean {
  return value.modulo(step).isZero();
}

function floorTo(value: Decimal, step: Decimal): Decimal {
  return value.dividedBy(step).floor().times(step);
}

/** A price moved to a tick: down for what must not cost more, up for what must not bring less. */
export function toTick(value: Decimal, tickSize: string, direction: 'down' | 'up'): Decimal {
  const tick = new DecimalValue(tickSize);
  const below = floorTo(value, tick);
  return direction === 'down' || below.equals(value) ? below : below.plus(tick);
}
