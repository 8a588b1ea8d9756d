import type { Identity } from '@keelson/access';
import { CurrentIdentity, requireIdentity } from '@keelson/access/module';
import { readStatements, type StatementRow } from '@keelson/ledger';
import { Database } from '@keelson/persistence';
import { HttpProblem } from '@keelson/runtime';
import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';

const day = z.iso.date('must be a trading day as YYYY-MM-DD');
const statementQuery = z.strictObject({ account_id: z.uuid().optional() });

function view({ statementId, content, hash, closedAt }: StatementRow) {
  return { statement_id: statementId, ...content, content_sha256: hash, closed_at: closedAt };
}

/** Statements of a closed trading day: of one account, or of every account of the caller's team. */
@Controller('statements')
@UseGuards(requireIdentity())
export class StatementsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get(':day')
  async read(
    @CurrentIdentity() { teamId }: Identity,
    @Param('day', { schema: day }) tradingDay: string,
    @Query({ schema: statementQuery }) { account_id: accountId }: z.infer<typeof statementQuery>,
  ): Promise<{ data: ReturnType<typeof view>[] }> {
    const rows = await this.database.transaction(teamId, (tx) => readStatements(tx, tradingDay, accountId));
    if (rows.length === 0) {
      throw new HttpProblem('NOT_FOUND', `No account is closed for ${tradingDay}; a day is closed after it is over`);
    }
    return { data: rows.map(view) };
  }
}
