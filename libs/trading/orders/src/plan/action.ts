import type { OrderRole, OrderTerms, Side } from '@keelson/contracts';
import type { Decimal } from '@keelson/kernel';
import type { OrderRecord } from '../order-record.ts';

/** What shall be asked of a venue next. */
export type Action =
  | { readonly kind: 'submit'; readonly like: OrderRecord; readonly order: PlannedOrder }
  | { readonly kind: 'replace'; readonly order: OrderRecord; readonly quantity: Decimal; readonly terms: OrderTerms }
  | { readonly kind: 'cancel'; readonly order: OrderRecord; readonly reason: string };

/** An order that an intent needs beside its entry; account, instrument and venue are those of the order it is like. */
export interface PlannedOrder {
  readonly leg: number;
  readonly revision: number;
  readonly role: OrderRole;
  readonly side: Side;
  readonly terms: OrderTerms;
  readonly quantity: Decimal;
}

export function opposite(side: Side): Side {
  return side === 'buy' ? 'sell' : 'buy';
}

/** True while the venue works on an order and nothing else is asked about it. */
export function isLive({ status }: OrderRecord): boolean {
  return status === 'accepted' || status === 'partially_filled';
}
