import type { Resolvers } from './graphql.ts';
import { accountResolvers } from './resolvers/account.ts';
import { deploymentResolvers } from './resolvers/deployments.ts';
import { domainResolvers } from './resolvers/domains.ts';
import { networkResolvers } from './resolvers/private-networks.ts';
import { projectResolvers } from './resolvers/projects.ts';
import { serviceResolvers } from './resolvers/services.ts';
import { found, text } from './resolvers/values.ts';
import { volumeResolvers } from './resolvers/volumes.ts';
import type { ProjectState, RailwayWorld } from './world.ts';

/** The root fields that the program asks for, over one world. */
export function railwayResolvers(world: RailwayWorld): Resolvers {
  const projectOf = (id: unknown): ProjectState => found(world.projects.get(text(id)), 'Project');
  return {
    ...projectResolvers(world, projectOf),
    ...serviceResolvers(world, projectOf),
    ...deploymentResolvers(world),
    ...domainResolvers(world),
    ...volumeResolvers(world),
    ...networkResolvers(world),
    ...accountResolvers(world),
  };
}
