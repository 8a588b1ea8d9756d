import { type Duration, milliseconds } from '@keelson/kernel';
import { z } from 'zod';
import { flag, positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { withDatabase } from '../stack/open-database.ts';
import { readScope } from '../trading/scope.ts';

const output = z.object({
  name: z.string(),
  scope: z.string(),
  within_ms: z.int(),
  armed: z.boolean(),
  renewed_at: z.string(),
});

/** A dead man's switch by hand; strategies renew theirs over HTTP. */
export const heartbeat = defineCommand({
  name: 'heartbeat',
  summary: 'say that somebody is there: a heartbeat that is not renewed in time halts its scope',
  danger: 'changes',
  args: z.object({
    name: positional(
      z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be letters, digits, ".", "_" or "-"'),
      'which one',
    ),
    scope: flag(
      z.string().min(1).max(300).default('team'),
      'what it halts, when it is armed; "team" where there is only one',
    ),
    arm: flag(
      z
        .string()
        .regex(/^\d+ (milli)?(second|minute|hour)s?$/)
        .optional(),
      'set it up: renewed at least every …',
    ),
    cancelAll: flag(z.boolean().default(false), 'its halt cancels protective orders too'),
    flatten: flag(z.boolean().default(false), 'its halt closes every position'),
    disarm: flag(z.boolean().default(false), 'let it halt nothing until it is renewed or armed again'),
  }),
  examples: ['keelson heartbeat desk', 'keelson heartbeat desk --arm "30 seconds"', 'keelson heartbeat desk --disarm'],
  output,
  run: (context, args) =>
    withDatabase(context, async (db) => {
      const { armHeartbeat, disarmHeartbeat, listHeartbeats, renewHeartbeat } = await import('@keelson/oversight');
      const scope = await readScope(db, args.scope);
      if (scope.kind === 'platform') {
        throw new Failure('A heartbeat belongs to a team', { code: exitCode.usage, fix: 'name a scope of a team' });
      }
      const { actor } = context;
      const { name, cancelAll, flatten } = args;
      const found = await db.transaction(scope.teamId, async (tx) => {
        if (args.arm !== undefined) {
          const withinMs = milliseconds(args.arm as Duration);
          return armHeartbeat(tx, { name, scope, withinMs, cancelAll, flatten, actor });
        }
        if (!args.disarm) return renewHeartbeat(tx, name, actor);
        await disarmHeartbeat(tx, name);
        return (await listHeartbeats(tx)).find((one) => one.name === name);
      });
      if (!found) {
        throw new Failure(`There is no heartbeat "${name}"`, {
          code: exitCode.usage,
          fix: `keelson heartbeat ${name} --arm "30 seconds"`,
        });
      }
      const { withinMs, armed, renewedAt } = found;
      return { name, scope: found.scope, within_ms: withinMs, armed, renewed_at: renewedAt.toISOString() };
    }),
  human: ({ name, scope, within_ms, armed }, paint) =>
    armed
      ? `${paint.good(name)} is renewed; silent for ${within_ms} ms, it halts ${scope}`
      : `${paint.warn(name)} is disarmed: it halts nothing`,
});
