import type { Identity } from '@keelson/access';
import { CurrentIdentity, requireIdentity } from '@keelson/access/module';
import { Decimal, decimalText } from '@keelson/kernel';
import { resultOf, tradeEntity, type TradeRow } from '@keelson/ledger';
import { Database } from '@keelson/persistence';
import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { readNewestFirst } from '../paging/newest-first.ts';
import { type Page, pageOf, pageParameters } from '../paging/page.ts';

const tradeQuery = z.strictObject({
  ...pageParameters,
  symbol: z.string().min(1).max(64).optional(),
  strategy: z.string().min(1).max(100).optional(),
  status: z.enum(['open', 'closed']).optional(),
});

const optional = (text: string | null): Decimal | undefined => (text === null ? undefined : new Decimal(text));
const shown = (amount: Decimal | undefined): string | null => (amount ? decimalText(amount) : null);

function resultOfRow(trade: TradeRow) {
  return resultOf({
    direction: trade.direction,
    entryPrice: new Decimal(trade.entryPrice),
    quantity: new Decimal(trade.quantity),
    multiplier: new Decimal(trade.multiplier),
    realisedProfit: new Decimal(trade.realisedProfit),
    fees: new Decimal(trade.fees),
    initialRisk: optional(trade.initialRisk),
    lowestPrice: optional(trade.lowestPrice),
    highestPrice: optional(trade.highestPrice),
    openedAt: trade.openedAt,
    closedAt: trade.closedAt ?? undefined,
  });
}

function view(trade: TradeRow) {
  const result = resultOfRow(trade);
  return {
    trade_id: trade.tradeId,
    account_id: trade.accountId,
    strategy: trade.strategy,
    symbol: trade.symbol,
    direction: trade.direction,
    status: trade.closedAt === null ? 'open' : 'closed',
    quantity: trade.quantity,
    entry_price: trade.entryPrice,
    exit_price: trade.exitPrice,
    exit_quantity: trade.exitQuantity,
    currency: trade.currency,
    realised_profit: trade.realisedProfit,
    fees: trade.fees,
    net_profit: decimalText(result.netProfit),
    stop_price: trade.stopPrice,
    initial_risk: trade.initialRisk,
    r_multiple: shown(result.rMultiple),
    maximum_adverse_excursion: shown(result.maximumAdverseExcursion),
    maximum_favourable_excursion: shown(result.maximumFavourableExcursion),
    excursions_from: trade.excursionsFrom,
    duration_seconds: result.durationSeconds ?? null,
    opened_by_signal_id: trade.openedBy,
    opened_at: trade.openedAt,
    closed_at: trade.closedAt,
  };
}

/** What a bust left nothing of is no trade. */
const CONDITIONS = {
  open: 'row.voidedAt is null and row.closedAt is null',
  closed: 'row.voidedAt is null and row.closedAt is not null',
  any: 'row.voidedAt is null',
} as const;

/** Round trips of the caller's team, newest first. */
@Controller('trades')
@UseGuards(requireIdentity())
export class TradesController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  async list(
    @CurrentIdentity() { teamId }: Identity,
    @Query({ schema: tradeQuery }) { limit, before, symbol, strategy, status }: z.infer<typeof tradeQuery>,
  ): Promise<Page<ReturnType<typeof view>>> {
    const rows = await this.database.transaction(teamId, (tx) =>
      readNewestFirst<TradeRow>(tx, {
        entity: tradeEntity.name,
        id: 'tradeId',
        at: 'openedAt',
        where: { ...(symbol !== undefined && { symbol }), ...(strategy !== undefined && { strategy }) },
        condition: CONDITIONS[status ?? 'any'],
        limit,
        before,
      }),
    );
    return pageOf(rows, limit, view, (trade) => trade.tradeId);
  }
}
