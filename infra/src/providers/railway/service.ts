import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { UNKNOWN, type Properties } from '../plugin/wire.ts';
import { makeOnce } from '../vendor/make-once.ts';
import type { RailwayApi } from './api.ts';
import * as operations from './operations.ts';
import { deleted } from './project.ts';

const inputs = z.strictObject({
  projectId: z.string().min(1),
  /** Without it Railway would make an instance in every environment of the project. */
  environmentId: z.string().min(1),
  name: z.string().regex(/^[a-z0-9-]{1,32}$/, 'must be lower-case letters, digits and hyphens, at most 32'),
  icon: z.string().optional(),
});
type ServiceInputs = z.infer<typeof inputs>;

const service = z.object({ id: z.string(), name: z.string(), icon: z.string().nullable() });
type Service = z.infer<typeof service>;
const projectServices = z.object({
  project: z.object({
    services: z.object({ edges: z.array(z.object({ node: z.object({ id: z.string(), name: z.string() }) })) }),
  }),
});

async function findByName(
  api: RailwayApi,
  { projectId, name, icon }: ServiceInputs,
  signal: AbortSignal,
): Promise<Service | undefined> {
  const { project } = await api.run({
    what: 'list the services of the project',
    query: operations.projectQuery,
    variables: { id: projectId },
    answer: projectServices,
    repeatable: true,
    signal,
  });
  const found = project.services.edges.find(({ node }) => node.name === name);
  return found && { ...found.node, icon: icon ?? null };
}

async function create(api: RailwayApi, wanted: ServiceInputs, signal: AbortSignal): Promise<Service> {
  const { serviceCreate } = await api.run({
    what: `create the service "${wanted.name}"`,
    query: operations.serviceCreate,
    variables: { input: wanted },
    answer: z.object({ serviceCreate: service }),
    repeatable: false,
    signal,
  });
  return serviceCreate;
}

/** A service of a project, without settings: those belong to its instance in an environment. */
export const serviceHandler: ResourceHandler<RailwayApi, ServiceInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['projectId', 'environmentId'],
  planned: async (_api, wanted, before): Promise<Properties> => ({
    name: wanted['name'] ?? null,
    serviceId: before?.['serviceId'] ?? UNKNOWN,
  }),
  async create(api, wanted, { signal }) {
    const made = await makeOnce(
      api.pace,
      () => findByName(api, wanted, signal),
      () => create(api, wanted, signal),
      signal,
    );
    return { id: made.id, outputs: { name: made.name, serviceId: made.id } };
  },
  async update(api, { name, icon }, before, { id, signal }) {
    await api.run({
      what: `change the service "${name}"`,
      query: operations.serviceUpdate,
      variables: { id, input: { name, ...(icon !== undefined && { icon }) } },
      answer: z.object({ serviceUpdate: z.object({ id: z.string() }) }),
      repeatable: true,
      signal,
    });
    return { ...before, name };
  },
  async read(api, wanted, _before, { id, signal }) {
    const answer = await api.find({
      what: `read the service "${wanted.name}"`,
      query: operations.serviceQuery,
      variables: { id },
      answer: z.object({ service: service.extend({ deletedAt: z.string().nullable() }) }),
      repeatable: true,
      signal,
    });
    const found = answer?.service;
    if (!found || found.deletedAt) return undefined;
    const { icon: _icon, ...rest } = wanted;
    return {
      inputs: { ...rest, name: found.name, ...(found.icon !== null && { icon: found.icon }) },
      outputs: { name: found.name, serviceId: id },
    };
  },
  delete: (api, { name }, _before, work) =>
    deleted(api, `delete the service "${name}"`, operations.serviceDelete, { id: work.id }, work),
};
