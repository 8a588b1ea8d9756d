import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { describeReconciliation, reconciliation, showReconciliation } from '../trading/reconciliation.ts';

export const reconcileShow = defineCommand({
  name: 'reconcile show',
  summary: 'each account’s last comparison with its venue, and the differences that are open',
  danger: 'none',
  args: z.object({
    account: flag(z.uuid().optional(), 'only this account'),
    all: flag(z.boolean().default(false), 'also drifts that were mended or accepted'),
  }),
  examples: ['keelson reconcile show', 'keelson reconcile show --all --json'],
  output: reconciliation,
  run: (context, args) => showReconciliation(context, args),
  human: describeReconciliation,
});
