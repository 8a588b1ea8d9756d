import type { Id } from '@keelson/kernel';
import type { EntitySchemaOptions } from 'typeorm';
import { amountColumn } from './amount-column.ts';

/** A round trip as it is read; amounts are canonical decimal text. */
export interface TradeRow {
  readonly tradeId: Id;
  readonly accountId: Id;
  readonly symbol: string;
  readonly direction: 'long' | 'short';
  readonly quantity: string;
  readonly entryPrice: string;
  readonly exitPrice: string | null;
  readonly exitQuantity: string;
  readonly realisedProfit: string;
  /** The signal whose fill opened it. */
  readonly openedBy: Id;
  readonly openedAt: Date;
  /** Null while it is open. */
  readonly closedAt: Date | null;
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
    openedBy: { type: 'uuid', name: 'opened_by' },
    openedAt: { type: 'timestamptz', name: 'opened_at' },
    closedAt: { type: 'timestamptz', name: 'closed_at', nullable: true },
  },
};
