import type { Resolvers } from '../graphql.ts';
import type { DeploymentState, RailwayWorld } from '../world.ts';
import { edges, found, type Input, text } from './values.ts';

export function deploy(world: RailwayWorld, serviceId: string, environmentId: string): DeploymentState {
  const { settings, variables } = world.instanceOf(serviceId, environmentId);
  const image = (settings['source'] as { image?: string } | null | undefined)?.image;
  if (image === undefined) throw new Error('Cannot deploy: the service has no source');
  const deployment: DeploymentState = {
    id: world.newId(),
    serviceId,
    environmentId,
    requestedAt: world.pace.now() + world.deployments.length / 1_000,
    image,
    variables: { ...variables },
    healthcheckPath: settings['healthcheckPath'] as string | undefined,
    end: world.crashing.has(image) ? 'CRASHED' : 'SUCCESS',
  };
  world.deployments.push(deployment);
  return deployment;
}

export function deploymentView(world: RailwayWorld, deployment: DeploymentState): object {
  const { id, requestedAt, image } = deployment;
  const status = world.statusOf(deployment);
  return {
    id,
    status,
    createdAt: new Date(requestedAt).toISOString(),
    meta: { image },
    canRollback: status === 'SUCCESS',
  };
}

export function deploymentResolvers(world: RailwayWorld): Resolvers {
  return {
    deployment: ({ id }) =>
      deploymentView(
        world,
        found(
          world.deployments.find((one) => one.id === id),
          'Deployment',
        ),
      ),
    deployments: ({ input, first }) => {
      const { serviceId, environmentId } = input as Input;
      world.instanceOf(text(serviceId), text(environmentId));
      const all = world.deploymentsOf(text(serviceId), text(environmentId));
      return edges(all.slice(0, Number(first ?? 10)).map((one) => deploymentView(world, one)));
    },
    serviceInstanceDeployV2: ({ serviceId, environmentId }) => deploy(world, text(serviceId), text(environmentId)).id,
  };
}
