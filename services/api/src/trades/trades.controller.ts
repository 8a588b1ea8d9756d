import type { Identity } from '@keelson/access';
import { CurrentIdentity, requireIdentity } from '@keelson/access/module';
import { tradeEntity, type TradeRow } from '@keelson/ledger';
import { Database } from '@keelson/persistence';
import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { readNewestFirst } from '../paging/newest-first.ts';
import { type Page, pageOf, pageParameters } from '../paging/page.ts';

const tradeQuery = z.strictObject({
  ...pageParameters,
  symbol: z.string().min(1).max(64).optional(),
  status: z.enum(['open', 'closed']).optional(),
});

function view(trade: TradeRow) {
  return {
    trade_id: trade.tradeId,
    account_id: trade.accountId,
    symbol: trade.symbol,
    direction: trade.direction,
    status: trade.closedAt === null ? 'open' : 'closed',
    quantity: trade.quantity,
    entry_price: trade.entryPrice,
    exit_price: trade.exitPrice,
    exit_quantity: trade.exitQuantity,
    realised_profit: trade.realisedProfit,
    opened_by_signal_id: trade.openedBy,
    opened_at: trade.openedAt,
    closed_at: trade.closedAt,
  };
}

/** Round trips of the caller's team, newest first. */
@Controller('trades')
@UseGuards(requireIdentity())
export class TradesController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  async list(
    @CurrentIdentity() { teamId }: Identity,
    @Query({ schema: tradeQuery }) { limit, before, symbol, status }: z.infer<typeof tradeQuery>,
  ): Promise<Page<ReturnType<typeof view>>> {
    const rows = await this.database.transaction(teamId, (tx) =>
      readNewestFirst<TradeRow>(tx, {
        entity: tradeEntity.name,
        id: 'tradeId',
        at: 'openedAt',
        where: symbol === undefined ? {} : { symbol },
        condition: status && (status === 'open' ? 'row.closedAt is null' : 'row.closedAt is not null'),
        limit,
        before,
      }),
    );
    return pageOf(rows, limit, view, (trade) => trade.tradeId);
  }
}
