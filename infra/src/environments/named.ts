import type { Environment } from './environment.ts';
import { local } from './local.ts';

const environments: Readonly<Record<string, Environment>> = { local };

/** The environment of a stack; throws with those that exist. */
export function environmentNamed(stack: string): Environment {
  const environment = environments[stack];
  if (environment) return environment;
  throw new Error(`No environment is named "${stack}"; there are ${Object.keys(environments).join(', ')}`);
}
