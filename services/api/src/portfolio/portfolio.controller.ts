import type { Identity } from '@keelson/access';
import { CurrentIdentity, requireIdentity } from '@keelson/access/module';
import { decimalText } from '@keelson/kernel';
import { readPortfolios, readSnapshots, type SnapshotRow } from '@keelson/ledger';
import { Database } from '@keelson/persistence';
import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';

const portfolioQuery = z.strictObject({ account_id: z.uuid().optional() });
const historyQuery = z.strictObject({
  account_id: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
  before: z.iso.datetime({ offset: true }).optional(),
});

type Worth = Awaited<ReturnType<typeof readPortfolios>>[number];

function view(worth: Worth) {
  return {
    account_id: worth.accountId,
    currency: worth.currency,
    cash: decimalText(worth.cash),
    positions_value: decimalText(worth.positionsValue),
    unrealised_profit: decimalText(worth.unrealisedProfit),
    equity: decimalText(worth.equity),
    unpriced: worth.unpriced,
  };
}

function snapshotView(snapshot: SnapshotRow) {
  return {
    account_id: snapshot.accountId,
    taken_at: snapshot.takenAt,
    trading_day: snapshot.tradingDay,
    currency: snapshot.currency,
    cash: snapshot.cash,
    positions_value: snapshot.positionsValue,
    unrealised_profit: snapshot.unrealisedProfit,
    equity: snapshot.equity,
    unpriced: snapshot.unpriced,
  };
}

/** What the accounts of the caller's team are worth: now by the last quotes, and as it was kept. */
@Controller('portfolio')
@UseGuards(requireIdentity())
export class PortfolioController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  async now(
    @CurrentIdentity() { teamId }: Identity,
    @Query({ schema: portfolioQuery }) { account_id: accountId }: z.infer<typeof portfolioQuery>,
  ): Promise<{ data: ReturnType<typeof view>[] }> {
    const all = await this.database.transaction(teamId, (tx) => readPortfolios(tx, accountId));
    return { data: all.map(view) };
  }

  /** Snapshots, newest first; `before` an instant for older ones. */
  @Get('history')
  async history(
    @CurrentIdentity() { teamId }: Identity,
    @Query({ schema: historyQuery }) { account_id: accountId, limit, before }: z.infer<typeof historyQuery>,
  ): Promise<{ data: ReturnType<typeof snapshotView>[] }> {
    const until = before === undefined ? undefined : new Date(before);
    const rows = await this.database.transaction(teamId, (tx) =>
      readSnapshots(tx, { accountId, before: until, limit }),
    );
    return { data: rows.map(snapshotView) };
  }
}
