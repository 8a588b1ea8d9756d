import { z } from 'zod';
import { flag, positional } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { recordOperation } from '../stack/audit.ts';
import { withDatabase } from '../stack/open-database.ts';
import { closeCircuitOf } from '../trading/circuits.ts';

export const circuitClose = defineCarefulCommand({
  name: 'circuit close',
  summary: 'let new orders go to a venue again before its cool-down is over',
  danger: 'changes',
  args: z.object({
    broker: positional(z.string().min(1).max(40), 'the venue, as accounts name it'),
    reason: flag(z.string().trim().min(1).max(500), 'how you know that it works; audited'),
  }),
  examples: ['keelson circuit close paper --reason "the venue answers, its status page is green"'],
  output: z.object({ broker: z.string(), was_open: z.boolean() }),
  async plan(_context, { broker }) {
    return { steps: [`forget the failures of ${broker}; what waits is sent at once`], unattended: 'proceed' };
  },
  apply: async (context, { broker }) => ({ broker, was_open: await closeCircuitOf(context, broker) }),
  verify: (context, { broker }) =>
    withDatabase(context, async (db) => {
      const { openCircuits } = await import('@keelson/brokers');
      const open = await db.platform((tx) => openCircuits(tx));
      if (open.every((circuit) => circuit.broker !== broker)) return;
      throw new Failure(`The circuit of ${broker} is open again`, {
        code: exitCode.resource,
        fix: 'leave it open: the venue still fails; keelson logs worker has the reasons',
      });
    }),
  async audit(context, { broker, reason }, { was_open: wasOpen }) {
    const details = { was_open: wasOpen };
    await recordOperation(context, { action: 'circuit.close', subject: `broker:${broker}`, reason, details });
  },
  human: ({ broker, was_open: wasOpen }, paint) =>
    wasOpen ? `${paint.good('closed')}: ${broker} gets new orders` : `The circuit of ${broker} was not open.`,
});
