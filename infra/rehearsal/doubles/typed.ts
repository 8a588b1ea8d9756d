import type { Unwrap } from '@pulumi/pulumi';
import type { z } from 'zod';
import type { DoubleType } from './double.ts';

/**
 * A type whose schema is held against the arguments of the official package's class: a property that the package does not
 * have, or of another type, does not compile.
 */
export function doubleType<Arguments extends object>() {
  return <Inputs extends Unwrap<Arguments>>(
    spec: DoubleType<Inputs> & { readonly schema: z.ZodType<Inputs> },
  ): DoubleType<never> => spec as unknown as DoubleType<never>;
}
