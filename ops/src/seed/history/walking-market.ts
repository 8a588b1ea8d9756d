import type { OrderRequest, SimulatedMarket } from '@keelson/brokers';
import { Decimal } from '@keelson/kernel';
import type { Random } from './random.ts';
import { type Traded, traded, tradedOf } from './traded.ts';

/** Of a hundred orders, so many are refused, and so many fill in two parts. */
const REFUSED = 0.02;
const IN_PARTS = 0.2;

/** A trend pulls by this part of a usual step, and turns with this chance. */
const PULL = 0.09;
const TURNS = 0.015;

/** Prices that walk by chance in steps of five minutes, on a clock that is set. Ticks are counted, prices are exact. */
export class WalkingMarket implements SimulatedMarket {
  readonly #random: Random;
  readonly #ticks = new Map(traded.map(({ symbol, ticks }) => [symbol, ticks]));
  readonly #trends = new Map<string, 1 | -1>(traded.map(({ symbol }) => [symbol, 1]));
  #now = new Date(0);

  constructor(random: Random) {
    this.#random = random;
  }

  now(): Date {
    return this.#now;
  }

  /** Lets the market come to an instant: every price takes a step, a longer one after a night. */
  comeTo(instant: Date, stretch: number): void {
    this.#now = instant;
    for (const { symbol, moves } of traded) {
      if (this.#random.next() < TURNS) this.#trends.set(symbol, this.trend(symbol) === 1 ? -1 : 1);
      const step = Math.round((this.#random.bell() * stretch + this.trend(symbol) * PULL) * moves);
      this.#ticks.set(symbol, Math.max(100, this.#ticks.get(symbol)! + step));
    }
  }

  /** Where it is pulled to, so that whoever follows it wins a little more often than not. */
  trend(symbol: string): 1 | -1 {
    return this.#trends.get(symbol)!;
  }

  /** A moment later, within the same step: no two things happen at the same time. */
  tick(): void {
    this.#now = new Date(this.#now.getTime() + 137);
  }

  quote(symbol: string): { bid: Decimal; ask: Decimal } {
    return { bid: this.at(symbol, 0), ask: this.at(symbol, 1) };
  }

  /** The price so many ticks from the bid. */
  at(symbol: string, ticksAway: number): Decimal {
    return new Decimal(this.#ticks.get(symbol)! + ticksAway).times(tradedOf({ symbol }).tickSize);
  }

  /** Last prices by symbol, for marking. */
  prices(): ReadonlyMap<string, Decimal> {
    return new Map(traded.map(({ symbol }) => [symbol, this.at(symbol, 0)]));
  }

  fee(symbol: string, quantity: Decimal, price: Decimal): Decimal {
    return tradedOf({ symbol }).fee(quantity, price);
  }

  /** What protects a position is never refused: a venue that did would leave the history open-ended. */
  refusal({ terms, reduceOnly }: OrderRequest): string | undefined {
    if (terms.type !== 'market' || reduceOnly) return undefined;
    return this.#random.next() < REFUSED ? 'the exchange takes no orders in this symbol at the moment' : undefined;
  }

  parts({ quantity, symbol }: OrderRequest): readonly Decimal[] {
    const whole = new Decimal(quantity);
    const lot = lotOf(tradedOf({ symbol }));
    if (this.#random.next() >= IN_PARTS || whole.lte(lot)) return [whole];
    const first = whole.times(this.#random.whole(2, 8)).div(10).div(lot).floor().times(lot);
    return first.isZero() ? [whole] : [first, whole.minus(first)];
  }
}

function lotOf({ units }: Traded): Decimal {
  return new Decimal(units).isInteger() ? new Decimal(1) : new Decimal('0.01');
}
