import type { Id } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { recordOperation } from '../stack/audit.ts';
import { withDatabase } from '../stack/open-database.ts';

const output = z.object({
  repaired: z.array(z.object({ team_id: z.string(), account_id: z.string(), scopes: z.int() })),
});

async function driftingAccounts(db: Database): Promise<ReadonlyMap<Id, Id>> {
  const { exposureDrifts } = await import('@keelson/risk');
  const drifts = await db.platform((tx) => exposureDrifts(tx));
  return new Map(drifts.map(({ accountId, teamId }) => [accountId, teamId]));
}

export const exposureRepair = defineCarefulCommand({
  name: 'exposure repair',
  summary: 'set the exposure of accounts that drift to what their positions and open orders add up to',
  danger: 'changes',
  args: z.object({ reason: flag(z.string().trim().min(1).max(500), 'why; audited') }),
  examples: ['keelson exposure repair --reason "ExposureDrift fired"'],
  output,
  async plan(context) {
    const accounts = await withDatabase(context, driftingAccounts);
    return {
      steps: [...accounts.keys()].map((account) => `recompute held and reserved of account ${account}`),
      unattended: 'proceed',
    };
  },
  apply: (context) =>
    withDatabase(context, async (db) => {
      const { repairExposures } = await import('@keelson/risk');
      const repaired = [];
      for (const [accountId, teamId] of await driftingAccounts(db)) {
        const scopes = await db.transaction(teamId, (tx) => repairExposures(tx, accountId));
        repaired.push({ team_id: teamId, account_id: accountId, scopes });
      }
      return { repaired };
    }),
  verify: (context) =>
    withDatabase(context, async (db) => {
      const left = await driftingAccounts(db);
      if (left.size === 0) return;
      throw new Failure(`${left.size} accounts still drift`, {
        code: exitCode.resource,
        fix: 'halt them: something writes exposure past the library; keelson exposure drifts shows the numbers',
      });
    }),
  async audit(context, { reason }, { repaired }) {
    for (const { team_id: teamId, account_id: account, scopes } of repaired) {
      const subject = `account:${account}`;
      await recordOperation(context, { action: 'exposure.repair', subject, reason, details: { scopes }, teamId });
    }
  },
  human: ({ repaired }, paint) =>
    repaired.length === 0
      ? 'Nothing drifted.'
      : repaired.map(({ account_id: id, scopes }) => `${paint.good(id)}: ${scopes} scopes set right`).join('\n'),
});
