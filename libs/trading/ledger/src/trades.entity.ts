import type { Id } from '@keelson/kernel';
import type { EntitySchemaOptions } from 'typeorm';
import { amountColumn } from './amount-column.ts';

/** A round trip as it is read; amounts are canonical decimal text, in `currency`. */
export interface TradeRow {
  readonly tradeId: Id;
  readonly accountId: Id;
  readonly symbol: string;
  readonly direction: 'long' | 'short';
  readonly quantity: string;
  readonly entryPrice: string;
  readonly exitPrice: string | null;
  readonly exitQuantity: string;
  /** Before fees. */
  readonly realisedProfit: string;
  readonly fees: string;
  readonly currency: string | null;
  readonly multiplier: string;
  /** What the stop of its entry put at risk; null without one. */
  readonly initialRisk: string | null;
  readonly stopPrice: string | null;
  readonly lowestPrice: string | null;
  readonly highestPrice: string | null;
  /** Where the extremes were seen. */
  readonly excursionsFrom: 'fills' | 'quotes';
  readonly strategy: string | null;
  /** The signal whose fill opened it; null for an assignment. */
  readonly openedBy: Id | null;
  readonly openedAt: Date;
  /** Null while it is open. */
  readonly closedAt: Date | null;
  /** Set when a bust left nothing of it. */
  readonly voidedAt: Date | null;
}

/** Table `trades` for TypeORM: `manager.getRepository<TradeRow>(tradeEntity.name)`. */
export const tradeEntity: EntitySchemaOptions<TradeRow> = {
  name: 'trade',
  tableName: 'trades',
  columns: {
    tradeId: { type: 'uuid', name: 'trade_id', primary: true },
    accountId: { type: 'uuid', name: 'account_id' },
    symbol: { type: 'text' },
    direction: { type: 'text' },
    quantity: { ...amountColumn },
    entryPrice: { ...amountColumn, name: 'entry_price' },
    exitPrice: { ...amountColumn, name: 'exit_price', nullable: true },
    exitQuantity: { ...amountColumn, name: 'exit_quantity' },
    realisedProfit: { ...amountColumn, name: 'realised_profit' },
    fees: { ...amountColumn },
    currency: { type: 'text', nullable: true },
    multiplier: { ...amountColumn },
    initialRisk: { ...amountColumn, name: 'initial_risk', nullable: true },
    stopPrice: { ...amountColumn, name: 'stop_price', nullable: true },
    lowestPrice: { ...amountColumn, name: 'lowest_price', nullable: true },
    highestPrice: { ...amountColumn, name: 'highest_price', nullable: true },
    excursionsFrom: { type: 'text', name: 'excursions_from' },
    strategy: { type: 'text', nullable: true },
    openedBy: { type: 'uuid', name: 'opened_by', nullable: true },
    openedAt: { type: 'timestamptz', name: 'opened_at' },
    closedAt: { type: 'timestamptz', name: 'closed_at', nullable: true },
    voidedAt: { type: 'timestamptz', name: 'voided_at', nullable: true },
  },
};
