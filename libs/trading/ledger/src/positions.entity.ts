import type { Id } from '@keelson/kernel';
import type { EntitySchemaOptions } from 'typeorm';
import { amountColumn } from './amount-column.ts';

/** What an account holds of an instrument; amounts are canonical decimal text. */
export interface PositionRow {
  readonly accountId: Id;
  readonly symbol: string;
  /** Negative when short. */
  readonly quantity: string;
  readonly averagePrice: string;
  /** |quantity| x average price x multiplier. */
  readonly cost: string;
  readonly realisedProfit: string;
  /** Of the instrument, as its last fill had them. */
  readonly currency: string | null;
  readonly multiplier: string | null;
  readonly updatedAt: Date;
}

/** Table `positions` for TypeORM: `manager.getRepository<PositionRow>(positionEntity.name)`. */
export const positionEntity: EntitySchemaOptions<PositionRow> = {
  name: 'position',
  tableName: 'positions',
  columns: {
    accountId: { type: 'uuid', name: 'account_id', primary: true },
    symbol: { type: 'text', primary: true },
    quantity: { ...amountColumn },
    averagePrice: { ...amountColumn, name: 'average_price' },
    cost: { ...amountColumn },
    realisedProfit: { ...amountColumn, name: 'realised_profit' },
    currency: { type: 'text', nullable: true },
    multiplier: { ...amountColumn, nullable: true },
    updatedAt: { type: 'timestamptz', name: 'updated_at' },
  },
};
