import type { Exits, LimitName, OrderTerms, Side, TradingState } from '@keelson/contracts';
import type { Decimal, Id, Price, Quantity } from '@keelson/kernel';
import type { CalendarName, InstrumentKind } from '@keelson/market';
import type { Known } from './conversion.ts';
import type { LegFacts } from './spread.ts';

/** Limits of one signal by name: a missing one denies, null is unlimited in so many words. */
export type Limits = Partial<Readonly<Record<LimitName, Decimal | null>>>;

/** What the checks know of the instrument; of a spread, of what it is on. */
export interface InstrumentFacts {
  readonly kind: InstrumentKind;
  readonly calendar: CalendarName;
  readonly multiplier: Decimal;
  readonly currency: string;
  /** Per unit or contract; absent: the whole worth. */
  readonly initialMargin?: Decimal;
  /** The last instant at which it trades. */
  readonly expiresAt?: Date;
}

/** The last price of the symbol, and when it was received or made, whichever is earlier. */
export interface QuoteFacts {
  readonly bid: Decimal;
  readonly ask: Decimal;
  readonly at: Date;
}

/** Exposure of one scope, what is held at its cost or its worth, whichever is more; a maximum of null is unlimited. */
export interface ExposureFacts {
  readonly scope: string;
  readonly held: Decimal;
  readonly reserved: Decimal;
  readonly maximum: Decimal | null;
}

/** A decision that was made ahead for the signal's strategy, symbol and regime, and is still good. */
export interface DecisionFacts {
  readonly regime: string;
  readonly decision: 'allow' | 'deny';
  readonly reason: string;
}

/** All that the checks may look at, read under one lock at one moment. */
export interface Situation {
  readonly signalId: Id;
  readonly accountId: Id;
  readonly strategy: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly terms: OrderTerms;
  readonly exits?: Exits;
  /** Of a spread. */
  readonly legs?: readonly LegFacts[];
  /** True when the sender wants a position shrunk and nothing else. */
  readonly reduceOnly: boolean;
  readonly broker: string;
  readonly instrument: InstrumentFacts;
  readonly expiresAt: Date;
  /** Postgres' clock, so that every process agrees on what is late. */
  readonly now: Date;
  readonly tradingState: TradingState;
  readonly haltGeneration: string;
  readonly limits: Limits;
  /** Of the account's limits, read in the transaction of the verdict; 0 where it has none. */
  readonly limitsVersion: number;
  /** Of the account, and of strategy and symbol where these have a limit of their own. */
  readonly exposures: readonly ExposureFacts[];
  readonly maySellShort: boolean;
  /** Signed; negative when short. */
  readonly position: Decimal;
  readonly openPositions: number;
  /** Units that orders in flight on the symbol may still buy and sell. */
  readonly openBuys: Decimal;
  readonly openSells: Decimal;
  /** What the venue said that the account is worth, not older than a day. */
  readonly funds?: { readonly equity: Decimal; readonly buyingPower: Decimal };
  /** Realised on the trading day, after fees, in the account's currency; unknown when a rate is missing. */
  readonly dayResult: Known<Decimal>;
  /** Units of the account's currency for one of the instrument's. Limits and exposure are in the account's. */
  readonly rate: Known<Decimal>;
  readonly consecutiveLosses: number;
  /** Approved signals of the strategy, where its rate is limited. */
  readonly approvals: { readonly lastSecond: number; readonly lastMinute: number };
  readonly quote?: QuoteFacts;
  /** Why the symbol may not be traded, if so. */
  readonly restriction?: string;
  /** An earlier approved signal with the same content and the same sender's time, if there is one. */
  readonly twin?: Id;
  /** Sender's time and reference: signals of the same content that share it are twins. */
  readonly sending?: string;
  readonly decision?: DecisionFacts;
  /** Implied volatility within its year, 0 to 100, where somebody knows it. */
  readonly ivRank?: Decimal;
}
