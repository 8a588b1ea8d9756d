import { Decimal } from '@keelson/kernel';
import type { OrderRequest } from '../../broker.port.ts';

/** What the simulated venue trades on: a clock, prices, fees and whims, all given from outside. */
export interface SimulatedMarket {
  now(): Date;
  /** Best prices of a symbol at this moment. */
  quote(symbol: string): { readonly bid: Decimal; readonly ask: Decimal };
  /** What an execution costs, in the instrument's currency. */
  fee(symbol: string, quantity: Decimal, price: Decimal): Decimal;
  /** Why it refuses an order; undefined when it takes it. */
  refusal(order: OrderRequest): string | undefined;
  /** The executions that a market order comes in; they add up to its quantity. */
  parts(order: OrderRequest): readonly Decimal[];
}

/** The price at which a resting order fills now; undefined while it rests. A stop fills at the market, gaps included. */
export function fillPrice(
  { side, terms }: OrderRequest,
  { bid, ask }: { readonly bid: Decimal; readonly ask: Decimal },
): Decimal | undefined {
  const market = side === 'buy' ? ask : bid;
  if (terms.type === 'limit') {
    const limit = new Decimal(terms.limitPrice);
    return (side === 'buy' ? market.lte(limit) : market.gte(limit)) ? limit : undefined;
  }
  if (terms.type === 'stop') {
    const stop = new Decimal(terms.stopPrice);
    return (side === 'buy' ? market.gte(stop) : market.lte(stop)) ? market : undefined;
  }
  return undefined;
}
