import { limits } from '@keelson/contracts';
import { z } from 'zod';
import { positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { withDatabase } from '../stack/open-database.ts';
import { teamOfAccount } from '../trading/accounts.ts';

const output = z.object({
  account_id: z.string(),
  limits: z.array(
    z.object({
      scope: z.string(),
      name: z.string(),
      /** Null is unlimited. */
      value: z.string().nullable(),
      unit: z.string(),
      version: z.int(),
      reason: z.string(),
      actor: z.string(),
      changed_at: z.string(),
    }),
  ),
  /** Limits that have no row: as long as there is one, the account trades nothing. */
  missing: z.array(z.string()),
});

export const limitsShow = defineCommand({
  name: 'limits show',
  summary: 'the risk limits of an account, and who set each, when and why',
  danger: 'none',
  args: z.object({ account: positional(z.uuid(), 'id of the account') }),
  examples: ['keelson limits show 37abd06c-5b56-88be-9a7a-a207449e28e3'],
  output,
  run: (context, { account }) =>
    withDatabase(context, async (db) => {
      const { readLimits } = await import('@keelson/risk');
      const rows = await db.transaction(await teamOfAccount(db, account), (tx) => readLimits(tx, account));
      const set = new Set(rows.filter(({ scope }) => scope === 'account').map(({ name }) => name));
      return {
        account_id: account,
        limits: rows.map(({ changed_at: at, ...row }) => ({
          ...row,
          unit: limits.find(({ name }) => name === row.name)?.unit ?? '',
          changed_at: at.toISOString(),
        })),
        missing: limits.map(({ name }) => name).filter((name) => !set.has(name)),
      };
    }),
  human: ({ limits: rows, missing }, paint) =>
    [
      ...rows.map(({ scope, name, value, unit, reason, actor }) =>
        `${scope.padEnd(20)} ${name.padEnd(28)} ${value ?? 'unlimited'} ${value === null ? '' : unit} ${paint.dim(`${actor}: ${reason}`)}`.trimEnd(),
      ),
      ...missing.map((name) => paint.bad(`${name} was never set: the account trades nothing`)),
    ].join('\n'),
});
