import type { Identity } from '@keelson/access';
import { CurrentIdentity, requireIdentity } from '@keelson/access/module';
import { isId } from '@keelson/kernel';
import { positionEntity, type PositionRow } from '@keelson/ledger';
import { Database, type Tx } from '@keelson/persistence';
import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { unknownCursor } from '../paging/newest-first.ts';
import { type Page, pageOf, pageParameters } from '../paging/page.ts';

const positionQuery = z.strictObject({
  ...pageParameters,
  symbol: z.string().min(1).max(64).optional(),
  status: z.enum(['open', 'flat']).optional(),
});
type PositionQuery = z.infer<typeof positionQuery>;

function view(position: PositionRow) {
  return {
    account_id: position.accountId,
    symbol: position.symbol,
    quantity: position.quantity,
    average_price: position.averagePrice,
    cost: position.cost,
    realised_profit: position.realisedProfit,
    updated_at: position.updatedAt,
  };
}

const cursorOf = ({ symbol, accountId }: PositionRow): string => `${accountId}/${symbol}`;

async function readPositions(tx: Tx, { limit, before, symbol, status }: PositionQuery): Promise<PositionRow[]> {
  const repository = (await tx.manager()).getRepository<PositionRow>(positionEntity.name);
  const query = repository.createQueryBuilder('row').where(symbol === undefined ? {} : { symbol });
  if (status !== undefined) query.andWhere(status === 'open' ? 'row.quantity <> 0' : 'row.quantity = 0');
  if (before !== undefined) {
    const [account = '', ...rest] = before.split('/');
    if (!isId(account) || rest.length === 0) throw unknownCursor();
    query.andWhere('(row.symbol, row.accountId) > (:lastSymbol, :lastAccount)');
    query.setParameters({ lastSymbol: rest.join('/'), lastAccount: account });
  }
  return query
    .orderBy('row.symbol')
    .addOrderBy('row.accountId')
    .limit(limit + 1)
    .getMany();
}

/** Positions of the caller's team by symbol, also those that are flat again unless `status=open`. */
@Controller('positions')
@UseGuards(requireIdentity())
export class PositionsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  async list(
    @CurrentIdentity() { teamId }: Identity,
    @Query({ schema: positionQuery }) wanted: PositionQuery,
  ): Promise<Page<ReturnType<typeof view>>> {
    const rows = await this.database.transaction(teamId, (tx) => readPositions(tx, wanted));
    return pageOf(rows, wanted.limit, view, cursorOf);
  }
}
