import { z } from 'zod';
import { defineCommand } from '../framework/command.ts';
import { withDatabase } from '../stack/open-database.ts';

const output = z.object({
  drifts: z.array(
    z.object({
      team_id: z.string(),
      account_id: z.string(),
      scope: z.string(),
      /** What the exposure row says, and what orders and approvals in flight add up to. */
      reserved: z.string(),
      open_remainder: z.string(),
    }),
  ),
});

export const exposureDrifts = defineCommand({
  name: 'exposure drifts',
  summary: 'accounts whose reserved exposure is not the sum of what is open',
  danger: 'none',
  args: z.object({}),
  examples: ['keelson exposure drifts --json'],
  output,
  run: (context) =>
    withDatabase(context, async (db) => {
      const { exposureDrifts: find } = await import('@keelson/risk');
      const drifts = await db.platform((tx) => find(tx));
      return {
        drifts: drifts.map(({ teamId, accountId, scope, reserved, openRemainder }) => ({
          ...{ team_id: teamId, account_id: accountId, scope, reserved },
          open_remainder: openRemainder,
        })),
      };
    }),
  human: ({ drifts }, paint) =>
    drifts.length === 0
      ? paint.good('Every account has reserved exactly what is open.')
      : drifts
          .map(
            (one) => `${one.account_id} ${one.scope}: ${paint.bad(one.reserved)} reserved, ${one.open_remainder} open`,
          )
          .join('\n'),
});
