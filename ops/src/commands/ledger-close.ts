import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode } from '../framework/failure.ts';
import { recordOperation } from '../stack/audit.ts';
import { withDatabase } from '../stack/open-database.ts';
import { teamOfAccount } from '../trading/accounts.ts';

const output = z.object({
  account_id: z.string(),
  trading_day: z.string(),
  outcome: z.enum(['closed', 'already_closed', 'refused']),
  statement_id: z.string().nullable(),
  reasons: z.array(z.string()),
});

export const ledgerClose = defineCommand({
  name: 'ledger close',
  summary: 'close a trading day of an account and write its statement; beat does it by itself after 17:00 New York',
  danger: 'changes',
  args: z.object({
    account: flag(z.uuid(), 'the account'),
    day: flag(z.iso.date('must be a trading day as YYYY-MM-DD'), 'the day; it must be over'),
  }),
  examples: ['keelson ledger close --account 37abd06c-5b56-88be-9a7a-a207449e28e3 --day 2026-11-20'],
  output,
  run: (context, { account, day }) =>
    withDatabase(context, async (db) => {
      const { closeDay } = await import('@keelson/ledger');
      const teamId = await teamOfAccount(db, account);
      const closed = await closeDay(db, { teamId, accountId: account, day, now: new Date() });
      const refused = closed.outcome === 'refused';
      const subject = `account:${account}`;
      if (closed.outcome === 'closed') {
        await recordOperation(context, { action: 'ledger.close', subject, details: { day }, teamId });
      }
      return {
        ...{ account_id: account, trading_day: day, outcome: closed.outcome },
        statement_id: refused ? null : closed.statementId,
        reasons: refused ? [...closed.reasons] : [],
      };
    }),
  exitCode: ({ outcome }) => (outcome === 'refused' ? exitCode.policy : exitCode.success),
  human: ({ outcome, trading_day: day, reasons }, paint) =>
    outcome === 'refused'
      ? [paint.warn(`${day} is not closed:`), ...reasons.map((reason) => `  ${reason}`)].join('\n')
      : `${paint.good(day)} is closed${outcome === 'already_closed' ? ' already' : ''}: GET /api/v1/statements/${day}`,
});
