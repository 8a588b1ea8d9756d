import { environmentStacks } from '@keelson/catalogue/environments';
import { z } from 'zod';

/** Any environment; or one in a cloud, of two stacks. */
export const anyEnvironment = z.enum(Object.keys(environmentStacks) as (keyof typeof environmentStacks)[]);
export const cloudEnvironment = anyEnvironment.exclude(['local']);
