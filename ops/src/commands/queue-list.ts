import { z } from 'zod';
import { defineCommand } from '../framework/command.ts';
import { withDatabase } from '../stack/open-database.ts';
import { deadLetter, findDeadLetters, printed } from '../trading/dead-letters.ts';

export const queueList = defineCommand({
  name: 'queue list',
  summary: 'what waits in the queue, and the messages that no attempt could handle',
  danger: 'none',
  args: z.object({}),
  examples: ['keelson queue list', 'keelson queue list --json'],
  output: z.object({
    /** Messages that are not finished. */
    waiting: z.int(),
    oldest_seconds: z.number(),
    dead: z.array(deadLetter),
  }),
  run: (context) =>
    withDatabase(context, async (db) => {
      const { outboxDepth } = await import('@keelson/messaging');
      const { depth, oldestAgeSeconds } = await db.relay(outboxDepth);
      return {
        waiting: depth,
        oldest_seconds: oldestAgeSeconds,
        dead: (await findDeadLetters(db, 'all')).map(printed),
      };
    }),
  human: ({ waiting, oldest_seconds: oldest, dead }, paint) =>
    [
      `${waiting} messages wait, the oldest for ${oldest.toFixed(1)} s`,
      ...(dead.length === 0 ? [paint.good('No message is put aside.')] : []),
      ...dead.map(
        ({ message_id, step, type, failures, error }) =>
          `${paint.bad(message_id)} ${type} → ${step}, failed ${failures} times: ${error.split('\n')[0]}`,
      ),
    ].join('\n'),
});
