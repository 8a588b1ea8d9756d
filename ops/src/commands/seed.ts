import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { withAdminDatabase, withDatabase } from '../stack/open-database.ts';
import { everyTeam } from '../trading/teams.ts';

const output = z.object({
  account_id: z.string(),
  /** False when the account had its history already. */
  written: z.boolean(),
  first_day: z.string(),
  last_day: z.string(),
  signals: z.int(),
});

export const seed = defineCommand({
  name: 'seed',
  summary: 'give the demo team a past: days of trading made by the real flow, in an account of their own',
  danger: 'changes',
  args: z.object({
    days: flag(z.coerce.number().int().min(1).max(250).default(30), 'trading days'),
    seed: flag(z.coerce.number().int().min(0).max(4_294_967_295).default(1), 'the same seed gives the same history'),
    until: flag(z.iso.date('must be a date as YYYY-MM-DD').optional(), 'the day after the last one; today by default'),
  }),
  examples: ['keelson seed --days 30', 'keelson seed --days 90 --seed 7 --json'],
  output,
  run: (context, { days, seed: chance, until }) =>
    withDatabase(context, (database) =>
      withAdminDatabase(context, async (admin) => {
        const [{ today, writeHistory }, { demoTeamId }] = await Promise.all([
          import('../seed/history/history.ts'),
          import('../seed/teams.ts'),
        ]);
        if (!(await everyTeam(database)).includes(demoTeamId)) {
          throw new Failure('There is no demo team to give a history to', {
            code: exitCode.usage,
            fix: 'npm start makes it; this command is for a stack with the demo',
          });
        }
        const outcome = await writeHistory({
          ...{ admin, database, days, teamId: demoTeamId, seed: chance, until: until ?? today() },
          onDay: (day, signals) => context.ui.say(`  ${day}: ${signals} signals so far`),
        });
        return {
          ...{ account_id: outcome.accountId, written: outcome.written, signals: outcome.signals },
          ...{ first_day: outcome.days[0]!, last_day: outcome.days.at(-1)! },
        };
      }),
    ),
  human: ({ written, first_day: first, last_day: last, signals, account_id: account }, paint) =>
    written
      ? `${paint.good(`${signals} signals`)} from ${first} to ${last} in account ${account}`
      : `Account ${account} has a history already; nothing was written.`,
});
