import { z } from 'zod';
import { flag, positional } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { recordOperation } from '../stack/audit.ts';
import { withDatabase } from '../stack/open-database.ts';
import { deadLetter, findDeadLetters, printed } from '../trading/dead-letters.ts';

export const queueReplay = defineCarefulCommand({
  name: 'queue replay',
  summary: 'put dead letters back into the queue, once what failed them is mended',
  danger: 'changes',
  args: z.object({
    id: positional(z.union([z.literal('all'), z.uuid()]), 'id of the message, or "all" that are open'),
    reason: flag(z.string({ error: 'is required: say what was mended' }).trim().min(1).max(500), 'audited'),
  }),
  examples: ['keelson queue replay all --reason "release 41 reads the payload again"'],
  output: z.object({ replayed: z.array(deadLetter) }),
  plan: (context, { id }) =>
    withDatabase(context, async (db) => ({
      steps: (await findDeadLetters(db, id)).map(({ outboxId, type, step }) => `${type} → ${step} (${outboxId})`),
      unattended: 'proceed',
    })),
  apply: (context, { id, reason }) =>
    withDatabase(context, async (db) => {
      const { replayDeadLetter } = await import('@keelson/messaging');
      const replayed: z.infer<typeof deadLetter>[] = [];
      for (const letter of await findDeadLetters(db, id)) {
        // Nobody is woken: the sweep of the workers takes it up within a quarter of a second.
        const back = await db.transaction(letter.teamId, (tx) => replayDeadLetter(tx, letter.outboxId, reason));
        if (back.length > 0) replayed.push(printed(letter));
      }
      return { replayed };
    }),
  // What fails again comes back to the letters after seconds, with a count that grew: `queue list` and its alert say so.
  verify: () => Promise.resolve(),
  audit: (context, { reason }, { replayed }) =>
    recordOperation(context, {
      ...{ action: 'queue.replay', subject: 'platform', reason },
      details: { messages: replayed.map(({ message_id }) => message_id) },
    }),
  human: ({ replayed }, paint) =>
    replayed.length === 0
      ? 'No dead letter is open.'
      : replayed
          .map(({ message_id, type, step }) => `${paint.good('replayed')} ${message_id} ${type} → ${step}`)
          .join('\n'),
});
