import { z } from 'zod';
import { positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { withDatabase } from '../stack/open-database.ts';
import { deadLetter, findDeadLetters, printed } from '../trading/dead-letters.ts';

export const queueShow = defineCommand({
  name: 'queue show',
  summary: 'one dead letter with its payload and its whole error',
  danger: 'none',
  args: z.object({ id: positional(z.uuid(), 'id of the message') }),
  examples: ['keelson queue show 0b9c3f0e-7d1a-8f2c-9a51-3f6d2c7e1a44'],
  output: z.object({ letters: z.array(deadLetter.extend({ created_at: z.string(), payload: z.unknown() })) }),
  run: (context, { id }) =>
    withDatabase(context, async (db) => ({
      letters: (await findDeadLetters(db, id)).map((letter) => ({
        ...printed(letter),
        created_at: letter.createdAt.toISOString(),
        payload: letter.payload,
      })),
    })),
  human: ({ letters }, paint) =>
    letters
      .map(({ message_id, type, step, signal_id, failures, created_at, failed_at, error, payload }) =>
        [
          `${paint.bad(message_id)} ${type} → ${step}`,
          `signal   ${signal_id}`,
          `written  ${created_at}`,
          `given up ${failed_at}, after ${failures} failures`,
          `error    ${error}`,
          `payload  ${JSON.stringify(payload, null, 2)}`,
        ].join('\n'),
      )
      .join('\n\n'),
});
