import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { UNKNOWN } from '../plugin/wire.ts';
import type { RailwayApi } from './api.ts';
import * as operations from './operations.ts';
import { deleted } from './project.ts';

const inputs = z.strictObject({
  projectId: z.string().min(1),
  environmentId: z.string().min(1),
  serviceId: z.string().min(1),
  serviceName: z.string().min(1),
});
type EndpointInputs = z.infer<typeof inputs>;

/** Every environment has one network, which Railway makes with the first endpoint. */
const NETWORK = 'default';
const network = z.object({ publicId: z.string(), name: z.string(), dnsName: z.string() });
const endpoint = z.object({ publicId: z.string(), dnsName: z.string() });

async function networkOf(
  api: RailwayApi,
  wanted: EndpointInputs,
  signal: AbortSignal,
): Promise<z.infer<typeof network>> {
  const { projectId, environmentId } = wanted;
  const { privateNetworkCreateOrGet } = await api.run({
    what: 'make the private network',
    query: operations.privateNetworkCreate,
    variables: { input: { projectId, environmentId, name: NETWORK, tags: [] } },
    answer: z.object({ privateNetworkCreateOrGet: network }),
    repeatable: true,
    signal,
  });
  return privateNetworkCreateOrGet;
}

/** The name by which the other services reach this one: `<service>.railway.internal`, never through the internet. */
export const privateEndpointHandler: ResourceHandler<RailwayApi, EndpointInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['projectId', 'environmentId', 'serviceId', 'serviceName'],
  planned: async (_api, _wanted, before) => ({
    host: before?.['host'] ?? UNKNOWN,
    networkId: before?.['networkId'] ?? UNKNOWN,
  }),
  async create(api, wanted, { signal }) {
    const { publicId: privateNetworkId } = await networkOf(api, wanted, signal);
    const { environmentId, serviceId, serviceName } = wanted;
    const { privateNetworkEndpointCreateOrGet: made } = await api.run({
      what: `make the private name of ${serviceName}`,
      query: operations.privateEndpointCreate,
      variables: { input: { environmentId, privateNetworkId, serviceId, serviceName, tags: [] } },
      answer: z.object({ privateNetworkEndpointCreateOrGet: endpoint }),
      repeatable: true,
      signal,
    });
    return { id: made.publicId, outputs: { host: made.dnsName, networkId: privateNetworkId } };
  },
  update: async (_api, _wanted, before) => before,
  async read(api, { environmentId, serviceId, serviceName }, before, { id, signal }) {
    const { privateNetworkEndpoint: found } = await api.run({
      what: `read the private name of ${serviceName}`,
      query: operations.privateEndpointQuery,
      variables: { environmentId, serviceId, privateNetworkId: String(before['networkId']) },
      answer: z.object({ privateNetworkEndpoint: endpoint.nullable() }),
      repeatable: true,
      signal,
    });
    return found?.publicId === id ? { outputs: { ...before, host: found.dnsName } } : undefined;
  },
  delete: (api, { serviceName }, _before, work) =>
    deleted(api, `remove the private name of ${serviceName}`, operations.privateEndpointDelete, { id: work.id }, work),
};
