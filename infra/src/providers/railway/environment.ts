import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { UNKNOWN } from '../plugin/wire.ts';
import { makeOnce } from '../vendor/make-once.ts';
import type { RailwayApi } from './api.ts';
import * as operations from './operations.ts';
import { deleted } from './project.ts';

const inputs = z.strictObject({ projectId: z.string().min(1), name: z.string().regex(/^[a-z0-9-]{1,30}$/) });
type EnvironmentInputs = z.infer<typeof inputs>;

const environment = z.object({ id: z.string(), name: z.string(), isEphemeral: z.boolean() });
const listed = z.object({ environments: z.object({ edges: z.array(z.object({ node: environment })) }) });

async function all(api: RailwayApi, projectId: string, signal: AbortSignal): Promise<z.infer<typeof environment>[]> {
  const answer = await api.find({
    what: 'list the environments of the project',
    query: operations.environmentsQuery,
    variables: { projectId },
    answer: listed,
    repeatable: true,
    signal,
  });
  return (answer?.environments.edges ?? []).map(({ node }) => node);
}

/** An environment of a project; the one that Railway makes with the project is taken over by its name. */
export const environmentHandler: ResourceHandler<RailwayApi, EnvironmentInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['projectId'],
  planned: async (_api, wanted, before) => ({
    name: wanted['name'] ?? null,
    environmentId: before?.['environmentId'] ?? UNKNOWN,
  }),
  async create(api, wanted, { signal }) {
    const made = await makeOnce(
      api.pace,
      async () => (await all(api, wanted.projectId, signal)).find(({ name }) => name === wanted.name),
      async () => {
        const answer = await api.run({
          what: `create the environment "${wanted.name}"`,
          query: operations.environmentCreate,
          variables: { input: { ...wanted, ephemeral: false, skipInitialDeploys: true } },
          answer: z.object({ environmentCreate: environment }),
          repeatable: false,
          signal,
        });
        return answer.environmentCreate;
      },
      signal,
    );
    return { id: made.id, outputs: { name: made.name, environmentId: made.id } };
  },
  async update(api, { name }, before, { id, signal }) {
    await api.run({
      what: `rename the environment to "${name}"`,
      query: operations.environmentRename,
      variables: { id, input: { name } },
      answer: z.object({ environmentRename: z.object({ id: z.string() }) }),
      repeatable: true,
      signal,
    });
    return { ...before, name };
  },
  async read(api, { projectId }, _before, { id, signal }) {
    const found = (await all(api, projectId, signal)).find((candidate) => candidate.id === id);
    return found && { inputs: { projectId, name: found.name }, outputs: { name: found.name, environmentId: id } };
  },
  /** The last environment of a project can only go with the project. */
  async delete(api, { projectId, name }, _before, work) {
    const others = (await all(api, projectId, work.signal)).filter(({ id }) => id !== work.id);
    if (others.length === 0) return;
    await deleted(api, `delete the environment "${name}"`, operations.environmentDelete, { id: work.id }, work);
  },
};
