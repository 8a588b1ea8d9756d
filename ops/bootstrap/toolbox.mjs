import * as dependencies from './tools/dependencies.mjs';
import * as k6 from './tools/k6.mjs';
import * as node from './tools/node.mjs';
import * as postgres from './tools/postgres.mjs';
import * as pulumi from './tools/pulumi.mjs';
import * as redis from './tools/redis.mjs';

/**
 * What the set-up can make available. `locate` looks at what is there and does no work; `provide` does the work.
 * `recipe` names the cache entry that a tool comes from when it was neither on PATH nor at an address.
 *
 * @typedef {'node' | 'deps' | 'pulumi' | 'postgres' | 'postgres16' | 'redis' | 'k6'} ToolName
 * @typedef {import('./context.mjs').Context} Context
 * @typedef {object} Tool
 * @property {string} title
 * @property {(context: Context) => Promise<any>} locate any: each tool has its own entry type, which only its own summary reads
 * @property {(context: Context, step: import('./steps.mjs').Step, nodePath: () => Promise<string>) => Promise<any>} provide
 * @property {(entry: any) => string} summary
 * @property {(context: Context) => import('./cache.mjs').Recipe | Promise<import('./cache.mjs').Recipe>} [recipe]
 */

/** @type {Record<ToolName, Tool>} */
export const toolbox = {
  node,
  deps: {
    title: dependencies.title,
    locate: dependencies.locate,
    summary: dependencies.summary,
    provide: async (context, step, nodePath) => dependencies.provide(context, step, await nodePath()),
  },
  pulumi,
  postgres,
  postgres16: {
    title: 'PostgreSQL 16',
    locate: postgres.locatePrevious,
    provide: postgres.providePrevious,
    recipe: postgres.recipe,
    summary: (entry) => `${entry.version} (${entry.source})`,
  },
  redis,
  k6,
};

/** @param {string} name @returns {name is ToolName} */
export function isToolName(name) {
  return Object.hasOwn(toolbox, name);
}
