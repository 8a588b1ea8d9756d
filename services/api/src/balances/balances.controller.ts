import type { Identity } from '@keelson/access';
import { CurrentIdentity, requireIdentity } from '@keelson/access/module';
import { balanceEntity, type BalanceRow } from '@keelson/ledger';
import { Database } from '@keelson/persistence';
import { Controller, Get, Inject, UseGuards } from '@nestjs/common';

function view(balance: BalanceRow) {
  return {
    account_id: balance.accountId,
    currency: balance.currency,
    cash: balance.cash,
    updated_at: balance.updatedAt,
  };
}

/** Cash of the caller's team, per account and currency: few rows, so there are no pages. */
@Controller('balances')
@UseGuards(requireIdentity())
export class BalancesController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  async list(@CurrentIdentity() { teamId }: Identity): Promise<{ data: ReturnType<typeof view>[] }> {
    const rows = await this.database.transaction(teamId, async (tx) =>
      (await tx.manager()).getRepository<BalanceRow>(balanceEntity.name).find({
        order: { accountId: 'ASC', currency: 'ASC' },
      }),
    );
    return { data: rows.map(view) };
  }
}
