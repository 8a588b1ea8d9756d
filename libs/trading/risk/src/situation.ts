import type { Side, TradingState } from '@keelson/contracts';
import type { Decimal, Id, Price, Quantity } from '@keelson/kernel';

/** All that the checks may look at, read under one lock at one moment. */
export interface Situation {
  readonly signalId: Id;
  readonly accountId: Id;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly price: Price;
  /** quantity × price × multiplier. */
  readonly notional: Decimal;
  /** Where the account trades, and what one unit of the instrument is worth. */
  readonly broker: string;
  readonly multiplier: Decimal;
  readonly currency: string;
  readonly expiresAt: Date;
  /** Postgres' clock, so that every process agrees on what is late. */
  readonly now: Date;
  readonly tradingState: TradingState;
  readonly haltGeneration: string;
  /** Limits by name; a missing one denies. */
  readonly limits: { readonly maxNotional?: Decimal; readonly maxOpenPositions?: Decimal };
  readonly exposure?: { readonly held: Decimal; readonly reserved: Decimal; readonly maximum: Decimal };
  readonly maySellShort: boolean;
  /** Signed; negative when short. */
  readonly position: Decimal;
  readonly openPositions: number;
  /** An earlier approved signal with the same content and the same sender's time, if there is one. */
  readonly twin?: Id;
}
