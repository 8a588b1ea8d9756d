import type { Identity } from '@keelson/access';
import { CurrentIdentity, requireIdentity } from '@keelson/access/module';
import { readDrifts, readStandings } from '@keelson/oversight';
import { Database } from '@keelson/persistence';
import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';

const MOST_DRIFTS = 200;

const query = z.strictObject({
  account_id: z.uuid().optional(),
  /** `all`: also what was mended or decided. */
  drifts: z.enum(['open', 'all']).default('open'),
});

/** How the caller's accounts stood at their venues when they were last compared, and what differed; newest first. */
@Controller('reconciliation')
@UseGuards(requireIdentity())
export class ReconciliationController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  async read(
    @CurrentIdentity() { teamId }: Identity,
    @Query({ schema: query }) { account_id: accountId, drifts: which }: z.infer<typeof query>,
  ) {
    const wanted = { accountId, all: which === 'all', limit: MOST_DRIFTS };
    const [accounts, drifts] = await this.database.transaction(teamId, (tx) =>
      Promise.all([readStandings(tx, accountId), readDrifts(tx, wanted)]),
    );
    return { accounts, drifts };
  }
}
