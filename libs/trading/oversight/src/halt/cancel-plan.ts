import type { BrokerCapabilities, VenueOrder } from '@keelson/brokers';
import type { Halt } from './halt.ts';
import { coversAccounts } from './scope.ts';

/** Which of an account's orders are those of the halted strategy, by client order id; only asked for such a scope. */
export type OrdersOfStrategy = ReadonlySet<string>;

/** Protective orders stay unless everything shall go; see HaltOptions.flatten for why flattening takes them too. */
export function keepsProtective({ cancelAll, flatten }: Pick<Halt, 'cancelAll' | 'flatten'>): boolean {
  return !cancelAll && !flatten;
}

/**
 * True when a halt means this working order. A manual order belongs to no strategy, but to its account and symbol.
 * Pure.
 */
export function isMeant(
  order: VenueOrder,
  halt: Pick<Halt, 'scope' | 'cancelAll' | 'flatten'>,
  own: OrdersOfStrategy,
): boolean {
  if (order.reduceOnly && keepsProtective(halt)) return false;
  const { scope } = halt;
  if (scope.kind === 'symbol') return order.symbol === scope.symbol;
  if (scope.kind === 'strategy') return order.clientOrderId !== undefined && own.has(order.clientOrderId);
  return true;
}

/** True when the venue's mass cancel does exactly what the halt means; else orders are cancelled one by one. Pure. */
export function mayMassCancel(
  halt: Pick<Halt, 'scope' | 'cancelAll' | 'flatten'>,
  capabilities: Pick<BrokerCapabilities, 'cancelAll'>,
): boolean {
  if (!coversAccounts(halt.scope)) return false;
  return !keepsProtective(halt) || capabilities.cancelAll === 'keeps_reduce_only';
}
