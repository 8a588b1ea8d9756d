import { z } from 'zod';

/** The environments of the program and the stacks of each, in the order in which they are brought up. */
export const environmentStacks = {
  local: ['local'],
  dev: ['dev-data', 'dev'],
  staging: ['staging-data', 'staging'],
  prod: ['prod-data', 'prod'],
} as const;
export type EnvironmentName = keyof typeof environmentStacks;

const names = Object.keys(environmentStacks) as [EnvironmentName, ...EnvironmentName[]];

/** Any environment; or one in a cloud, of two stacks. */
export const anyEnvironment = z.enum(names);
export const cloudEnvironment = z.enum(['dev', 'staging', 'prod']);
export type CloudEnvironmentName = z.output<typeof cloudEnvironment>;
