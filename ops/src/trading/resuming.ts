import { tradingState } from '@keelson/contracts';
import { z } from 'zod';
import type { Context } from '../framework/context.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { withDatabase } from '../stack/open-database.ts';
import { readScope } from './scope.ts';

/** How a wish to resume ended, as `resume` prints it. */
export const resumeReport = z.object({
  outcome: z.enum(['resumed', 'waiting']),
  scope: z.string(),
  from: tradingState.nullable(),
  reason: z.string(),
  actor: z.string(),
  approved_by: z.array(z.string()),
  halt_generation: z.int().nullable(),
});
export type ResumeReport = z.infer<typeof resumeReport>;

/** In prod nobody resumes alone, whichever of the two names says that it is prod. */
export function peopleNeeded({ environment, stack }: Pick<Context, 'environment' | 'stack'>): 1 | 2 {
  return environment['KEELSON_ENVIRONMENT'] === 'prod' || /^prod(-|$)/.test(stack) ? 2 : 1;
}

/** Lets a scope trade again, or throws a Failure that says what stands against it. */
export function resumeNow(
  context: Context,
  wanted: { readonly scope: string; readonly reason: string },
): Promise<ResumeReport> {
  return withDatabase(context, async (database) => {
    const [{ resumeTrading }, { scopeKey }, { announce }] = await Promise.all([
      import('@keelson/oversight'),
      import('@keelson/risk'),
      import('@keelson/stream'),
    ]);
    const { actor } = context;
    const scope = await readScope(database, wanted.scope);
    const request = { scope, reason: wanted.reason, actor, people: peopleNeeded(context) };
    const result = await resumeTrading(database, request, announce);
    const common = { scope: scopeKey(scope), reason: wanted.reason, actor };
    switch (result.outcome) {
      case 'resumed': {
        const { from, haltGeneration } = result.state;
        const approved_by = [...result.approvedBy];
        return { ...common, outcome: 'resumed', from, approved_by, halt_generation: haltGeneration };
      }
      case 'waiting':
        return {
          ...common,
          outcome: 'waiting',
          from: null,
          approved_by: [...result.approvedBy],
          halt_generation: null,
        };
      case 'halt_unfinished':
        throw new Failure(
          `A halt is not done: ${result.haltId} is at ${result.phase}${result.problem ? ` (${result.problem})` : ''}`,
          { code: exitCode.policy, fix: 'run keelson halt again and stay until it is proven; trading stays halted' },
        );
      case 'unreconciled':
        throw new Failure(`Accounts differ from their venue: ${result.accountIds.join(', ')}`, {
          code: exitCode.policy,
          fix: 'settle the differences first; trading stays halted',
        });
    }
  });
}
