import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import type { RailwayApi } from './api.ts';
import * as operations from './operations.ts';

const values = z.record(
  z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be upper-case letters, digits and underscores'),
  z.string(),
);
const inputs = z.strictObject({
  projectId: z.string().min(1),
  environmentId: z.string().min(1),
  serviceId: z.string().min(1),
  variables: values,
});
type VariablesInputs = z.infer<typeof inputs>;

/** Set by Railway in every service; nobody's to manage. */
const OF_THE_VENDOR = /^RAILWAY_/;

async function set(api: RailwayApi, wanted: VariablesInputs, signal: AbortSignal): Promise<void> {
  await api.run({
    what: 'set the variables of the service',
    query: operations.variablesUpsert,
    // Replaced as a whole, so that one which the program no longer has is gone; deployed by Deployment, not by this.
    variables: { input: { ...wanted, replace: true, skipDeploys: true } },
    answer: z.object({ variableCollectionUpsert: z.literal(true) }),
    repeatable: true,
    signal,
  });
}

/** All variables of a service in one environment. Railway shows them again, so drift is found; the state seals them. */
export const variablesHandler: ResourceHandler<RailwayApi, VariablesInputs> = {
  schema: inputs,
  secretOutputs: ['variables'],
  replaceOn: ['projectId', 'environmentId', 'serviceId'],
  planned: async () => ({}),
  async create(api, wanted, { signal }) {
    await set(api, wanted, signal);
    return { id: `${wanted.serviceId}/${wanted.environmentId}/variables`, outputs: {} };
  },
  async update(api, wanted, _before, { signal }) {
    await set(api, wanted, signal);
    return {};
  },
  async read(api, wanted, _before, { signal }) {
    const { projectId, environmentId, serviceId } = wanted;
    const found = await api.find({
      what: 'read the variables of the service',
      query: operations.variablesQuery,
      variables: { projectId, environmentId, serviceId },
      answer: z.object({ variables: z.record(z.string(), z.string()) }),
      repeatable: true,
      signal,
    });
    if (!found) return undefined;
    const ours = Object.fromEntries(Object.entries(found.variables).filter(([name]) => !OF_THE_VENDOR.test(name)));
    return { inputs: { projectId, environmentId, serviceId, variables: ours }, outputs: {} };
  },
  // They go with the service; taking them from one that still runs would break it on its next start.
  delete: async () => undefined,
};
