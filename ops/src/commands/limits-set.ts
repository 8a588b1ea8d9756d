import { type LimitName, limits } from '@keelson/contracts';
import { z } from 'zod';
import { flag, positional } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { exitCode, Failure, messageOf } from '../framework/failure.ts';
import { recordOperation } from '../stack/audit.ts';
import { withDatabase } from '../stack/open-database.ts';
import { teamOfAccount } from '../trading/accounts.ts';

const names = limits.map(({ name }) => name) as [LimitName, ...LimitName[]];

const args = z.object({
  name: positional(z.enum(names), 'name of the limit'),
  value: positional(z.string().min(1), 'a decimal number, "unlimited", or "remove" for a strategy or symbol'),
  account: flag(z.uuid(), 'id of the account'),
  scope: flag(z.string().default('account'), 'account, strategy:<name> or symbol:<symbol>'),
  reason: flag(z.string().trim().min(1).max(500), 'why; kept beside the value, and audited'),
});
type Args = z.output<typeof args>;

const output = z.object({
  account_id: z.string(),
  scope: z.string(),
  name: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** Of the account's limits, with this change. */
  version: z.int(),
});

function change(context: Parameters<typeof withDatabase>[0], args: Args): Promise<z.output<typeof output>> {
  const { account: accountId, scope, name, reason } = args;
  const value = args.value === 'unlimited' ? null : args.value;
  return withDatabase(context, async (db) => {
    const { readLimits, setLimit } = await import('@keelson/risk');
    const teamId = await teamOfAccount(db, accountId);
    return db.transaction(teamId, async (tx) => {
      const find = async () => {
        const rows = await readLimits(tx, accountId);
        const row = rows.find((one) => one.scope === scope && one.name === name);
        return {
          value: row ? (row.value ?? 'unlimited') : null,
          version: Math.max(0, ...rows.map((one) => one.version)),
        };
      };
      const before = await find();
      try {
        setLimit(tx, { accountId, scope, name, value, reason, actor: context.actor });
      } catch (error) {
        throw new Failure(messageOf(error), { code: exitCode.usage, fix: 'keelson help limits set', cause: error });
      }
      const after = await find();
      return {
        ...{ account_id: accountId, scope, name },
        ...{ before: before.value, after: after.value, version: after.version },
      };
    });
  });
}

export const limitsSet = defineCarefulCommand({
  name: 'limits set',
  summary: 'change one risk limit of an account, or of a strategy or symbol on it; the next verdict reads it',
  danger: 'dangerous',
  args,
  examples: [
    'keelson limits set max_daily_loss_percent 3 --account 37abd06c-5b56-88be-9a7a-a207449e28e3 --reason "house rule"',
    'keelson limits set max_exposure 250000 --account 37abd06c-5b56-88be-9a7a-a207449e28e3 --scope strategy:breakout --reason "new strategy"',
  ],
  output,
  async plan(_context, { name, value, account, scope }) {
    return {
      steps: [`set ${name} of ${scope === 'account' ? account : `${scope} on ${account}`} to ${value}`],
      question: 'Change this limit?',
      // The reason, which must be given, is what a script says instead of yes.
      unattended: 'proceed',
    };
  },
  apply: change,
  /** Read back in a transaction of its own. */
  async verify(context, { name, scope, account, value }, { after }) {
    const stored = await withDatabase(context, async (db) => {
      const { readLimits } = await import('@keelson/risk');
      return db.transaction(await teamOfAccount(db, account), (tx) => readLimits(tx, account));
    });
    const row = stored.find((one) => one.scope === scope && one.name === name);
    const now = row ? (row.value ?? 'unlimited') : null;
    if (now === after) return;
    throw new Failure(`${name} reads ${now ?? 'nothing'} after it was set to ${value}`, {
      code: exitCode.resource,
      fix: `somebody else changed it at the same time: keelson limits show ${account}`,
    });
  },
  async audit(context, { account, reason }, { account_id: _, ...details }) {
    const teamId = await withDatabase(context, (db) => teamOfAccount(db, account));
    await recordOperation(context, { action: 'limits.set', subject: `account:${account}`, reason, details, teamId });
  },
  human: ({ scope, name, before, after, version }, paint) =>
    `${paint.bold(name)} of ${scope}: ${before ?? 'not set'} → ${after ?? 'not set'} (version ${version})`,
});
