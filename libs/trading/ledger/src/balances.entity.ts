import type { Id } from '@keelson/kernel';
import type { EntitySchemaOptions } from 'typeorm';
import { amountColumn } from './amount-column.ts';

/** Cash of an account in one currency; canonical decimal text. */
export interface BalanceRow {
  readonly accountId: Id;
  readonly currency: string;
  readonly cash: string;
  readonly updatedAt: Date;
}

/** Table `balances` for TypeORM: `manager.getRepository<BalanceRow>(balanceEntity.name)`. */
export const balanceEntity: EntitySchemaOptions<BalanceRow> = {
  name: 'balance',
  tableName: 'balances',
  columns: {
    accountId: { type: 'uuid', name: 'account_id', primary: true },
    currency: { type: 'text', primary: true },
    cash: { ...amountColumn },
    updatedAt: { type: 'timestamptz', name: 'updated_at' },
  },
};
