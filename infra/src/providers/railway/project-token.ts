import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { UNKNOWN } from '../plugin/wire.ts';
import type { RailwayApi } from './api.ts';
import * as operations from './operations.ts';
import { deleted } from './project.ts';

const inputs = z.strictObject({
  projectId: z.string().min(1),
  environmentId: z.string().min(1),
  name: z.string().min(1).max(100),
});
type TokenInputs = z.infer<typeof inputs>;

const token = z.object({ id: z.string(), name: z.string(), environmentId: z.string() });

async function named(
  api: RailwayApi,
  { projectId, environmentId, name }: TokenInputs,
  signal: AbortSignal,
): Promise<string[]> {
  const answer = await api.find({
    what: 'list the tokens of the project',
    query: operations.tokensQuery,
    variables: { projectId },
    answer: z.object({ projectTokens: z.object({ edges: z.array(z.object({ node: token })) }) }),
    repeatable: true,
    signal,
  });
  return (answer?.projectTokens.edges ?? [])
    .filter(({ node }) => node.name === name && node.environmentId === environmentId)
    .map(({ node }) => node.id);
}

/**
 * A token for one environment, for pipelines. Its value is told once, when it is made: one of the same name that exists
 * already was made by a run that lost it, and is revoked.
 */
export const projectTokenHandler: ResourceHandler<RailwayApi, TokenInputs> = {
  schema: inputs,
  secretOutputs: ['token'],
  replaceOn: ['projectId', 'environmentId', 'name'],
  planned: async (_api, _wanted, before) => ({ token: before?.['token'] ?? UNKNOWN }),
  async create(api, wanted, work) {
    const { signal } = work;
    for (const id of await named(api, wanted, signal)) {
      await deleted(api, `revoke an earlier token "${wanted.name}"`, operations.tokenDelete, { id }, work);
    }
    const { projectTokenCreate } = await api.run({
      what: `create the token "${wanted.name}"`,
      query: operations.tokenCreate,
      variables: { input: wanted },
      answer: z.object({ projectTokenCreate: z.string() }),
      repeatable: false,
      signal,
    });
    const [id] = await named(api, wanted, signal);
    if (id === undefined)
      throw new Error(`Railway made the token "${wanted.name}", and does not list it; run the command again`);
    return { id, outputs: { token: projectTokenCreate } };
  },
  update: async (_api, _wanted, before) => before,
  async read(api, wanted, before, { id, signal }) {
    return (await named(api, wanted, signal)).includes(id) ? { outputs: before } : undefined;
  },
  delete: (api, { name }, _before, work) =>
    deleted(api, `revoke the token "${name}"`, operations.tokenDelete, { id: work.id }, work),
};
