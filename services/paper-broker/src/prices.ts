import { Decimal } from '@keelson/kernel';
import { draw, drawInteger } from './draw.ts';

/** Where a symbol starts when no order has named a reference price yet, in quote currency. */
const STARTING_PRICES: Readonly<Record<string, string>> = {
  AAPL: '228.40',
  MSFT: '421.10',
  NVDA: '138.25',
  TSLA: '346.00',
  SPY: '591.80',
  QQQ: '508.60',
  ES: '5934.25',
  EURUSD: '1.0842',
  BTCUSD: '65120.50',
  ETHUSD: '3311.20',
};

/** The walk turns back here, so that a price stays near what the trader saw: half a percent, and never over 20 ticks. */
const WIDEST_SHARE = '0.005';
const WIDEST_TICKS = 20;

interface Walk {
  base: Decimal;
  tick: Decimal;
  /** Ticks between the base and the price now. */
  offset: number;
  widest: number;
  /** Fills so far: the walk moves one step with each. */
  steps: number;
  /** True once an order has named a price. */
  anchored: boolean;
  /** Set on command: stands still until it is released. */
  pinned: boolean;
}

/** What the venue shows of a symbol; `last` is the price around which it fills. */
export interface Quote {
  readonly symbol: string;
  readonly bid: string;
  readonly ask: string;
  readonly last: string;
}

/**
 * A deterministic random walk per symbol around its reference price. It moves with fills, not with time, so that equal
 * seeds and equal orders give equal prices, and a rebuild from the log arrives at the same price.
 */
export class PriceSource {
  readonly #walks = new Map<string, Walk>();
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  get seed(): number {
    return this.#seed;
  }

  /** Steps from now on follow another seed; the prices stay where they are. */
  reseed(seed: number): void {
    this.#seed = seed;
  }

  /** The price of a symbol now, in quote currency per unit; always above zero. */
  current(symbol: string): Decimal {
    return priceOf(this.#walk(symbol), 0);
  }

  /** The symbols that have a price without being asked for, in the order of the alphabet. */
  symbols(): string[] {
    return [...new Set([...Object.keys(STARTING_PRICES), ...this.#walks.keys()])].sort();
  }

  quote(symbol: string): Quote {
    const walk = this.#walk(symbol);
    const [bid, last, ask] = [-1, 0, 1].map((ticks) => priceOf(walk, ticks).toFixed());
    return { symbol, bid: bid!, ask: ask!, last: last! };
  }

  /** The price an order gets: the price now, off by at most a tick, against or for it as the seed has it. */
  execution(symbol: string, orderKey: string, part: number): Decimal {
    const walk = this.#walk(symbol);
    if (walk.pinned) return priceOf(walk, 0);
    return priceOf(walk, drawInteger(-1, 1, draw(this.#seed, 'slippage', orderKey, part)));
  }

  /**
   * An order named the price its sender saw. At the market the walk goes on around it; an order with a price of its own
   * (`resting`) only says where a symbol starts that nobody has named a price of: what it waits for must not come by its asking.
   */
  anchor(symbol: string, reference: Decimal, resting = false): void {
    const walk = this.#walk(symbol);
    if (walk.pinned || (resting && walk.anchored)) return;
    walk.anchored = true;
    if (walk.base.equals(reference)) return;
    walk.base = reference;
    walk.tick = tickOf(reference);
    walk.widest = widestOf(reference, walk.tick);
    walk.offset = Math.max(-walk.widest, Math.min(walk.widest, walk.offset));
  }

  /** A fill happened: one step up, down or none. */
  advance(symbol: string): void {
    const walk = this.#walk(symbol);
    walk.steps += 1;
    if (walk.pinned) return;
    const step = drawInteger(-1, 1, draw(this.#seed, 'walk', symbol, walk.steps));
    walk.offset = Math.max(-walk.widest, Math.min(walk.widest, walk.offset + step));
  }

  /** Puts the price of a symbol where it stays; undefined lets it walk again, from where it is. */
  pin(symbol: string, price: Decimal | undefined): void {
    const walk = this.#walk(symbol);
    walk.pinned = price !== undefined;
    walk.anchored = true;
    if (price === undefined) return;
    walk.base = price;
    walk.tick = tickOf(price);
    walk.widest = widestOf(price, walk.tick);
    walk.offset = 0;
  }

  #walk(symbol: string): Walk {
    let walk = this.#walks.get(symbol);
    if (walk === undefined) {
      const base = new Decimal(STARTING_PRICES[symbol] ?? String(drawInteger(20, 500, draw(0, 'base', symbol))));
      const tick = tickOf(base);
      walk = { base, tick, offset: 0, widest: widestOf(base, tick), steps: 0, anchored: false, pinned: false };
      this.#walks.set(symbol, walk);
    }
    return walk;
  }
}

function priceOf(walk: Walk, slippage: number): Decimal {
  const price = walk.base.plus(walk.tick.times(walk.offset + slippage));
  return price.greaterThan(0) ? price : walk.tick;
}

/** A cent from 1 upwards, a hundredth of a cent below, and eight places for what costs next to nothing. */
function tickOf(price: Decimal): Decimal {
  if (price.greaterThanOrEqualTo(1)) return new Decimal('0.01');
  return new Decimal(price.greaterThanOrEqualTo('0.01') ? '0.0001' : '0.00000001');
}

function widestOf(base: Decimal, tick: Decimal): number {
  return Math.max(1, Math.min(WIDEST_TICKS, base.times(WIDEST_SHARE).dividedBy(tick).floor().toNumber()));
}
