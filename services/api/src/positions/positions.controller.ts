import type { Identity } from '@keelson/access';
import { CurrentIdentity, requireIdentity } from '@keelson/access/module';
import { Decimal, decimalText, isId } from '@keelson/kernel';
import { markOf, positionEntity, type PositionRow } from '@keelson/ledger';
import { readQuotes, type StoredQuote } from '@keelson/market';
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

type Marked = PositionRow & { readonly quote: StoredQuote | undefined };

function view(position: Marked) {
  const { quote } = position;
  return {
    account_id: position.accountId,
    symbol: position.symbol,
    quantity: position.quantity,
    average_price: position.averagePrice,
    cost: position.cost,
    currency: position.currency,
    realised_profit: position.realisedProfit,
    unrealised_profit: unrealised(position),
    mark_price: quote ? decimalText(new Decimal(quote.last)) : null,
    marked_at: quote?.at ?? null,
    updated_at: position.updatedAt,
  };
}

/** By the last quote; null where there is none, or nobody knows what a point is worth. */
function unrealised({ quantity, cost, multiplier, symbol, currency, quote }: Marked): string | null {
  if (new Decimal(quantity).isZero()) return '0';
  if (!quote || multiplier === null) return null;
  const amounts = { quantity: new Decimal(quantity), cost: new Decimal(cost), realisedProfit: new Decimal(0) };
  const instrument = { symbol, currency: currency ?? '', multiplier: new Decimal(multiplier) };
  const { unrealisedProfit } = markOf({ ...amounts, ...instrument, settlement: 'paid' }, new Decimal(quote.last));
  return decimalText(unrealisedProfit);
}

const cursorOf = ({ symbol, accountId }: PositionRow): string => `${accountId}/${symbol}`;

async function readMarked(tx: Tx, wanted: PositionQuery): Promise<Marked[]> {
  const rows = await readPositions(tx, wanted);
  const quotes = await readQuotes(
    tx,
    rows.map(({ symbol }) => symbol),
  );
  return rows.map((row) => ({ ...row, quote: quotes.get(row.symbol) }));
}

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

/** Positions of the caller's team by symbol, marked by the last quote; also those that are flat again unless `status=open`. */
@Controller('positions')
@UseGuards(requireIdentity())
export class PositionsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  async list(
    @CurrentIdentity() { teamId }: Identity,
    @Query({ schema: positionQuery }) wanted: PositionQuery,
  ): Promise<Page<ReturnType<typeof view>>> {
    const rows = await this.database.transaction(teamId, (tx) => readMarked(tx, wanted));
    return pageOf(rows, wanted.limit, view, cursorOf);
  }
}
