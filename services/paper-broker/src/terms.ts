import { Decimal, invariant } from '@keelson/kernel';

export type OrderType = 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';
export type TimeInForce = 'day' | 'gtc' | 'ioc' | 'fok';

/** What an order asks for beside side and quantity, as it travels and as it is written. Prices are decimal text. */
export interface Terms {
  readonly type: OrderType;
  readonly time_in_force?: TimeInForce | undefined;
  readonly limit_price?: string | undefined;
  readonly stop_price?: string | undefined;
  readonly trail?: string | undefined;
  readonly trail_unit?: 'price' | 'percent' | undefined;
}

/** The fields of `terms` that are set, without those that say what is usual: a day's order at the market. */
export function termFields(terms: Terms): Partial<Terms> {
  const { time_in_force, limit_price, stop_price, trail, trail_unit } = terms;
  return {
    ...(time_in_force === undefined || time_in_force === 'day' ? {} : { time_in_force }),
    ...(limit_price === undefined ? {} : { limit_price }),
    ...(stop_price === undefined ? {} : { stop_price }),
    ...(trail === undefined ? {} : { trail, trail_unit }),
  };
}

/**
 * The conditions of an order that is not simply at the market. It sees every price of its symbol, in the order of the
 * log, so that a rebuild finds it triggered, and its trail, where the running venue had them.
 */
export class Conditions {
  readonly #buys: boolean;
  readonly #limit: Decimal | undefined;
  readonly #trail: { readonly by: Decimal; readonly share: boolean } | undefined;
  #stop: Decimal | undefined;
  #best: Decimal | undefined;
  #triggered: boolean;

  constructor(terms: Terms, side: 'buy' | 'sell') {
    const { limit_price, stop_price, trail, trail_unit, type } = terms;
    this.#buys = side === 'buy';
    this.#limit = limit_price === undefined ? undefined : new Decimal(limit_price);
    this.#stop = stop_price === undefined ? undefined : new Decimal(stop_price);
    this.#trail = trail === undefined ? undefined : { by: new Decimal(trail), share: trail_unit === 'percent' };
    this.#triggered = type === 'limit' || type === 'market';
    invariant(type !== 'limit' || this.#limit !== undefined, 'A limit order has a limit price');
  }

  /** A price of the symbol: moves the trail, and triggers a stop for good. */
  see(price: Decimal): void {
    if (this.#triggered) return;
    if (this.#trail !== undefined) this.#follow(price, this.#trail);
    if (this.#stop !== undefined) this.#triggered = this.#buys ? price.gte(this.#stop) : price.lte(this.#stop);
  }

  /** Whether the order may be executed at this price. */
  allow(price: Decimal): boolean {
    if (!this.#triggered) return false;
    if (this.#limit === undefined) return true;
    return this.#buys ? price.lte(this.#limit) : price.gte(this.#limit);
  }

  /** The price it gets when the market would give it `price`: never worse than its limit. */
  bounded(price: Decimal): Decimal {
    if (this.#limit === undefined) return price;
    return this.#buys ? Decimal.min(price, this.#limit) : Decimal.max(price, this.#limit);
  }

  /** The stop stays `trail` behind the best price since the order stood, and never goes back. */
  #follow(price: Decimal, { by, share }: { by: Decimal; share: boolean }): void {
    const better = this.#best === undefined || (this.#buys ? price.lt(this.#best) : price.gt(this.#best));
    if (!better) return;
    this.#best = price;
    const distance = share ? price.times(by).dividedBy(100) : by;
    this.#stop = this.#buys ? price.plus(distance) : price.minus(distance);
  }
}
