import { z } from 'zod';
import { flag, positional } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { recordOperation } from '../stack/audit.ts';
import { withDatabase } from '../stack/open-database.ts';
import { deadLetter, findDeadLetters, printed, stillOpen } from '../trading/dead-letters.ts';

export const queueSettle = defineCarefulCommand({
  name: 'queue settle',
  summary: 'note that dead letters were dealt with by other means: they are kept, and never handled',
  danger: 'dangerous',
  args: z.object({
    id: positional(z.union([z.literal('all'), z.uuid()]), 'id of the message, or "all" that are open'),
    reason: flag(z.string({ error: 'is required: say what was done instead' }).trim().min(1).max(500), 'audited'),
  }),
  examples: ['keelson queue settle 0b9c3f0e-7d1a-8f2c-9a51-3f6d2c7e1a44 --reason "booked by hand, entry 7f31"'],
  output: z.object({ settled: z.array(deadLetter) }),
  plan: (context, { id }) =>
    withDatabase(context, async (db) => ({
      steps: (await findDeadLetters(db, id)).map(
        ({ outboxId, type, step, signalId }) => `never hand ${type} of signal ${signalId} to ${step} (${outboxId})`,
      ),
      question: 'Give these messages up?',
      unattended: 'proceed',
    })),
  apply: (context, { id, reason }) =>
    withDatabase(context, async (db) => {
      const { settleDeadLetter } = await import('@keelson/messaging');
      const settled: z.infer<typeof deadLetter>[] = [];
      for (const letter of await findDeadLetters(db, id)) {
        const count = await db.transaction(letter.teamId, (tx) => settleDeadLetter(tx, letter.outboxId, reason));
        if (count > 0) settled.push(printed(letter));
      }
      return { settled };
    }),
  verify: (context, _args, { settled }) =>
    withDatabase(context, async (db) => {
      const ids = settled.map(({ message_id }) => message_id);
      if ((await stillOpen(db, ids)) === 0) return;
      throw new Failure('A message that was settled is open again', {
        code: exitCode.resource,
        fix: 'somebody replayed it: keelson queue list',
      });
    }),
  audit: (context, { reason }, { settled }) =>
    recordOperation(context, {
      ...{ action: 'queue.settle', subject: 'platform', reason },
      details: { messages: settled.map(({ message_id }) => message_id) },
    }),
  human: ({ settled }, paint) =>
    settled.length === 0
      ? 'No dead letter is open.'
      : settled
          .map(({ message_id, type, step }) => `${paint.warn('settled')} ${message_id} ${type} → ${step}`)
          .join('\n'),
});
