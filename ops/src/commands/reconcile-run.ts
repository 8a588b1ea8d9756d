import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { withDatabase } from '../stack/open-database.ts';
import { describeReconciliation, readReconciliation, reconciliation } from '../trading/reconciliation.ts';

const WITHIN_MS = 30_000;

/** The workers compare; this makes the accounts due and waits for the end of it. */
export const reconcileRun = defineCommand({
  name: 'reconcile run',
  summary: 'compare every account, or one, with its venue now, and wait for the result',
  danger: 'none',
  args: z.object({ account: flag(z.uuid().optional(), 'only this account') }),
  examples: ['keelson reconcile run', 'keelson reconcile run --account 37abd06c-5b56-88be-9a7a-a207449e28e3'],
  output: reconciliation,
  exitCode: ({ accounts, drifts }) =>
    drifts.length > 0 || accounts.some(({ state }) => state !== 'clean') ? exitCode.failure : exitCode.success,
  run: (context, { account }) =>
    withDatabase(context, async (db) => {
      const { hasten } = await import('@keelson/oversight');
      const look = () => readReconciliation(db, { account, all: false });
      const before = new Map((await look()).accounts.map(({ account_id, checks }) => [account_id, checks]));
      if ((await db.relay((tx) => hasten(tx, account))) === 0) {
        throw new Failure('No such account is compared with a venue', {
          code: exitCode.usage,
          fix: 'keelson reconcile show',
        });
      }
      for (const end = Date.now() + WITHIN_MS; ; await sleep(200, undefined, { signal: context.signal })) {
        const found = await look();
        if (found.accounts.every(({ account_id, checks }) => checks > (before.get(account_id) ?? 0))) return found;
        if (Date.now() > end) {
          throw new Failure(`Not every account was compared within ${WITHIN_MS / 1_000} s`, {
            code: exitCode.timeout,
            fix: 'keelson reconcile show names those that wait, and why',
          });
        }
      }
    }),
  human: describeReconciliation,
});
