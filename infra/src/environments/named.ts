import { environmentStacks } from '@keelson/catalogue/environments';
import { dev } from './dev.ts';
import type { Environment } from './environment.ts';
import { local } from './local.ts';
import { prod } from './prod.ts';
import { staging } from './staging.ts';

export const environments = [local, dev, staging, prod] as const satisfies readonly Environment[];

/** The part of an environment that a stack is: all of it on one machine; in a cloud, data and the rest apart. */
export type Layer = 'all' | 'data' | 'app';

export interface StackPlace {
  readonly environment: Environment;
  readonly layer: Layer;
}

/** The stacks of an environment, in the order in which they are brought up. */
export function stacksOf({ name }: Environment): readonly string[] {
  return environmentStacks[name];
}

/** What a stack's name stands for; throws with those that exist. */
export function placeOf(stack: string): StackPlace {
  for (const environment of environments) {
    const index = stacksOf(environment).indexOf(stack);
    if (index < 0) continue;
    if (environment.target === 'local') return { environment, layer: 'all' };
    return { environment, layer: index === 0 ? 'data' : 'app' };
  }
  const known = environments.flatMap((environment) => stacksOf(environment)).join(', ');
  throw new Error(`No environment has a stack named "${stack}"; there are ${known}`);
}
