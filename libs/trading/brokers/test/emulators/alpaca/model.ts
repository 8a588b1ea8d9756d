import { randomUUID } from 'node:crypto';
import { Decimal } from '@keelson/kernel';

/** An order as Alpaca's Trading API v2 shows it: the fields and spellings of the vendor's reference and Python SDK. */
export interface EmulatedOrder {
  readonly id: string;
  readonly client_order_id: string;
  readonly created_at: string;
  updated_at: string;
  readonly submitted_at: string;
  filled_at: string | null;
  expired_at: string | null;
  canceled_at: string | null;
  failed_at: string | null;
  replaced_at: string | null;
  replaced_by: string | null;
  readonly replaces: string | null;
  readonly asset_id: string;
  readonly symbol: string;
  readonly asset_class: AssetClass;
  readonly notional: null;
  readonly qty: string;
  filled_qty: string;
  filled_avg_price: string | null;
  readonly order_class: 'simple';
  readonly order_type: string;
  readonly type: string;
  readonly side: 'buy' | 'sell';
  readonly time_in_force: string;
  readonly limit_price: string | null;
  readonly stop_price: string | null;
  status: string;
  readonly extended_hours: false;
  readonly legs: null;
  readonly trail_percent: string | null;
  readonly trail_price: string | null;
  hwm: string | null;
  readonly position_intent: string;
}

export type AssetClass = 'us_equity' | 'us_option' | 'crypto';

/** A FILL of the account's activities. */
export interface EmulatedFill {
  readonly id: string;
  readonly activity_type: 'FILL';
  readonly transaction_time: string;
  readonly type: 'fill' | 'partial_fill';
  readonly price: string;
  readonly qty: string;
  readonly side: 'buy' | 'sell';
  readonly symbol: string;
  readonly leaves_qty: string;
  readonly order_id: string;
  readonly cum_qty: string;
  readonly order_status: string;
}

/** An event of `trade_updates`. */
export interface EmulatedUpdate {
  readonly event: string;
  readonly timestamp: string;
  readonly order: EmulatedOrder;
  readonly execution_id?: string;
  readonly price?: string;
  readonly qty?: string;
  readonly position_qty?: string;
}

export interface OrderBody {
  readonly symbol?: string;
  readonly qty?: string | number;
  readonly side?: string;
  readonly type?: string;
  readonly time_in_force?: string;
  readonly limit_price?: string | number;
  readonly stop_price?: string | number;
  readonly trail_price?: string | number;
  readonly trail_percent?: string | number;
  readonly client_order_id?: string;
  readonly position_intent?: string;
}

/** What a request is refused with: the status of the answer, and the vendor's code and words in its body. */
export interface VendorRefusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

export const ENDED = new Set(['filled', 'canceled', 'expired', 'rejected', 'replaced']);

export function isOpen({ status }: EmulatedOrder): boolean {
  return !ENDED.has(status);
}

/** As the vendor writes times of orders and events: finer than a millisecond. */
export function fineTime(at: Date): string {
  return at.toISOString().replace('Z', `${String(Math.floor(Math.random() * 1_000)).padStart(3, '0')}Z`);
}

/** The vendor's activity id: the time in New York, then a UUID. */
export function activityId(at: Date, execution: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'America/New_York',
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(at);
  return `${parts.replaceAll(/\D/g, '')}${String(at.getUTCMilliseconds()).padStart(3, '0')}::${execution}`;
}

export function text(value: string | number | undefined): string | null {
  return value === undefined ? null : new Decimal(value).toFixed();
}

/** The vendor names each asset by a UUID; here it is made anew for each order, since nobody looks it up. */
export function assetId(): string {
  return randomUUID();
}

export function assetClass(symbol: string): AssetClass {
  if (symbol.includes('/')) return 'crypto';
  return /^[A-Z]{1,6}\d{6}[CP]\d{8}$/.test(symbol) ? 'us_option' : 'us_equity';
}
