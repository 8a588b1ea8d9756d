import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { VendorError } from '../vendor/errors.ts';
import type { RailwayApi } from './api.ts';
import * as operations from './operations.ts';
import { deleted } from './project.ts';

const inputs = z
  .strictObject({
    workspaceId: z.string().min(1),
    /** US dollars a month at which Railway warns. */
    softLimitDollars: z.int().min(5),
    /** US dollars a month at which it stops everything; absent where trading must never stop for money. */
    hardLimitDollars: z.int().min(10).optional(),
  })
  .refine(({ softLimitDollars, hardLimitDollars = Infinity }) => softLimitDollars <= hardLimitDollars, {
    path: ['hardLimitDollars'],
    error: 'must not be below the soft limit',
  });
type LimitInputs = z.infer<typeof inputs>;

const customer = z.object({
  workspace: z.object({
    customer: z.object({
      id: z.string(),
      usageLimit: z.object({ softLimit: z.number(), hardLimit: z.number().nullable() }).nullable(),
    }),
  }),
});

async function look(
  api: RailwayApi,
  workspaceId: string,
  signal: AbortSignal,
): Promise<z.infer<typeof customer>['workspace']['customer']> {
  const { workspace } = await api.run({
    what: 'read the usage limit of the workspace',
    query: operations.usageLimitQuery,
    variables: { workspaceId },
    answer: customer,
    repeatable: true,
    signal,
  });
  return workspace.customer;
}

async function set(api: RailwayApi, { workspaceId, ...limits }: LimitInputs, signal: AbortSignal): Promise<string> {
  const { id } = await look(api, workspaceId, signal);
  await api.run({
    what: 'set the usage limit of the workspace',
    query: operations.usageLimitSet,
    variables: { input: { customerId: id, ...limits } },
    answer: z.object({ usageLimitSet: z.literal(true) }),
    repeatable: true,
    signal,
  });
  return id;
}

/** What the workspace may cost. One for all its projects: only one environment may have it. */
export const usageLimitHandler: ResourceHandler<RailwayApi, LimitInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['workspaceId'],
  planned: async () => ({}),
  create: async (api, wanted, { signal }) => ({ id: await set(api, wanted, signal), outputs: {} }),
  async update(api, wanted, _before, { signal }) {
    await set(api, wanted, signal);
    return {};
  },
  async read(api, { workspaceId }, _before, { signal }) {
    const { usageLimit } = await look(api, workspaceId, signal);
    if (!usageLimit) return undefined;
    const { softLimit, hardLimit } = usageLimit;
    const limits = { softLimitDollars: softLimit, ...(hardLimit !== null && { hardLimitDollars: hardLimit }) };
    return { inputs: { workspaceId, ...limits }, outputs: {} };
  },
  async delete(api, _wanted, _before, work) {
    try {
      await deleted(
        api,
        'remove the usage limit',
        operations.usageLimitRemove,
        { input: { customerId: work.id } },
        work,
      );
    } catch (error) {
      // A vendor that keeps a limit does no harm to a destroyed stack.
      if (!(error instanceof VendorError) || error.failure !== 'forbidden') throw error;
      await work.tell(`${error.message} The limit stays.`);
    }
  },
};
