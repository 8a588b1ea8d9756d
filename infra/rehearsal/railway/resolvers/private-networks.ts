import type { Arguments, Resolvers } from '../graphql.ts';
import type { RailwayWorld } from '../world.ts';
import { type Input, text } from './values.ts';

export function networkResolvers(world: RailwayWorld): Resolvers {
  const networkOf = (environmentId: unknown): object => ({
    publicId: `net-${text(environmentId)}`,
    name: 'default',
    dnsName: 'railway.internal',
    deletedAt: null,
  });
  return {
    privateNetworkCreateOrGet: ({ input }) => networkOf((input as Input)['environmentId']),
    privateNetworks: ({ environmentId }) => [networkOf(environmentId)],
    privateNetworkEndpointCreateOrGet: ({ input }) => {
      const { environmentId, serviceId, serviceName } = input as Input;
      world.instanceOf(text(serviceId), text(environmentId));
      const known = [...world.endpoints.values()].find(
        (one) => one.serviceId === serviceId && one.environmentId === environmentId,
      );
      if (known) return known;
      const place = { environmentId: text(environmentId), serviceId: text(serviceId) };
      const endpoint = { publicId: world.newId(), ...place, dnsName: `${text(serviceName)}.railway.internal` };
      world.endpoints.set(endpoint.publicId, endpoint);
      return endpoint;
    },
    privateNetworkEndpoint: ({ serviceId, environmentId }: Arguments) =>
      [...world.endpoints.values()].find((one) => one.serviceId === serviceId && one.environmentId === environmentId) ??
      null,
    privateNetworkEndpointDelete: ({ id }) => {
      if (!world.endpoints.delete(text(id))) throw new Error('Private network endpoint not found');
      return true;
    },
  };
}
