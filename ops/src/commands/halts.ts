import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { withDatabase } from '../stack/open-database.ts';

const output = z.object({
  /** What `human` shows: only scopes that a rule halted, by name. */
  names: z.boolean(),
  halts: z.array(
    z.object({
      halt_id: z.uuid(),
      scope: z.string(),
      phase: z.string(),
      origin: z.string(),
      reason: z.string(),
      actor: z.string(),
      requested_at: z.string(),
      problem: z.string().nullable(),
    }),
  ),
});

/** Halts that bind now. */
export const halts = defineCommand({
  name: 'halts',
  summary: 'which scopes are halted, by whom and why, and what is not proven yet',
  danger: 'none',
  args: z.object({
    names: flag(z.boolean().default(false), 'only the scopes that a rule halted, one a line'),
  }),
  examples: ['keelson halts'],
  output,
  run: (context, { names }) =>
    withDatabase(context, async (db) => {
      const [{ bindingHalts }, { scopeKey }] = await Promise.all([
        import('@keelson/oversight'),
        import('@keelson/risk'),
      ]);
      const found = await db.relay(bindingHalts);
      return {
        names,
        halts: found.map((halt) => ({
          ...{ halt_id: halt.haltId, scope: scopeKey(halt.scope), phase: halt.phase, origin: halt.origin },
          ...{ reason: halt.reason, actor: halt.actor, requested_at: halt.requestedAt.toISOString() },
          problem: halt.problem ?? null,
        })),
      };
    }),
  human({ names, halts: found }, paint) {
    if (names)
      return found
        .filter(isHaltedByRule)
        .map(({ scope }) => scope)
        .join('\n');
    if (found.length === 0) return 'Nothing is halted.';
    return found
      .map(({ scope, phase, origin, reason, actor, problem }) => {
        const proven = phase === 'done' && problem === null;
        const state = proven ? paint.good('proven') : paint.warn(`${phase}: ${problem ?? 'under way'}`);
        return `${paint.bold(scope)}  ${state}\n  ${origin}, ${actor}: ${reason}`;
      })
      .join('\n');
  },
});

/** One that is done and has a problem was resumed, and owes exits to positions: there is nothing left to resume. */
function isHaltedByRule({ origin, phase, problem }: z.infer<typeof output>['halts'][number]): boolean {
  return origin !== 'operator' && !(phase === 'done' && problem !== null);
}
