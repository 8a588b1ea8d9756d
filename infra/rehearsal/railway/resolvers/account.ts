import type { Resolvers } from '../graphql.ts';
import type { RailwayWorld } from '../world.ts';
import { edges, found, type Input, text } from './values.ts';

/** Tokens of projects, and what a workspace may cost. */
export function accountResolvers(world: RailwayWorld): Resolvers {
  return {
    projectTokens: ({ projectId }) => {
      found(world.projects.get(text(projectId)), 'Project');
      return edges([...world.tokens.values()].filter((one) => one.projectId === projectId));
    },
    projectTokenCreate: ({ input }) => {
      const { projectId, environmentId, name } = input as Input;
      const token = {
        id: world.newId(),
        projectId: text(projectId),
        environmentId: text(environmentId),
        name: text(name),
      };
      world.tokens.set(token.id, token);
      return world.newId();
    },
    projectTokenDelete: ({ id }) => {
      if (!world.tokens.delete(text(id))) throw new Error('Project token not found');
      return true;
    },
    workspace: ({ workspaceId }) => ({
      customer: {
        id: `customer-${text(workspaceId)}`,
        usageLimit: world.usageLimit
          ? { id: 'limit', customerId: `customer-${text(workspaceId)}`, isOverLimit: false, ...world.usageLimit }
          : null,
      },
    }),
    usageLimitSet: ({ input }) => {
      const { softLimitDollars, hardLimitDollars } = input as Input;
      world.usageLimit = {
        softLimit: Number(softLimitDollars),
        hardLimit: hardLimitDollars === undefined ? null : Number(hardLimitDollars),
      };
      return true;
    },
    usageLimitRemove: () => {
      world.usageLimit = undefined;
      return true;
    },
  };
}
