/** Every environment, and the stacks of the program that make it up, in the order in which they are brought up. */
export const environmentStacks = {
  local: ['local'],
  dev: ['dev-data', 'dev'],
  staging: ['staging-data', 'staging'],
  prod: ['prod-data', 'prod'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type EnvironmentName = keyof typeof environmentStacks;
/** Those in a cloud: what is kept is one stack, what runs every day another. */
export type CloudEnvironmentName = Exclude<EnvironmentName, 'local'>;
