import type { Unwrap } from '@pulumi/pulumi';
import type { z } from 'zod';
import type { DoubleType } from './double.ts';

/** Names of properties, at any depth, that `Given` has and `Allowed` has not; never, when there is none. */
export type Surplus<Given, Allowed> = Given extends readonly (infer Item)[]
  ? Allowed extends readonly (infer AllowedItem)[]
    ? Surplus<Item, AllowedItem>
    : never
  : Given extends object
    ? | Exclude<keyof Given, keyof Allowed>
      | {
          [Key in keyof Given & keyof Allowed]-?: Surplus<NonNullable<Given[Key]>, NonNullable<Allowed[Key]>>;
        }[keyof Given & keyof Allowed]
    : never;

/** Nothing, or a demand that no value can meet and that names what is too much. */
type NoSurplus<Names> = [Names] extends [never] ? unknown : { readonly 'not in the package': Names };

/** Arguments with what may be absent also allowed to be undefined, as zod's optional properties are. */
type Lenient<Type> = Type extends readonly (infer Item)[]
  ? Lenient<Item>[]
  : Type extends object
    ? { [Key in keyof Type]: undefined extends Type[Key] ? Lenient<Type[Key]> | undefined : Lenient<Type[Key]> }
    : Type;

/**
 * A type whose schema is held against the arguments of the official package's class: a property that the package does not
 * have, at any depth, or one of another type, does not compile.
 */
export function doubleType<Arguments extends object>() {
  return <Inputs extends Lenient<Unwrap<Arguments>>>(
    spec: DoubleType<Inputs> & { readonly schema: z.ZodType<Inputs> } & NoSurplus<Surplus<Inputs, Unwrap<Arguments>>>,
  ): DoubleType<never> => spec as unknown as DoubleType<never>;
}

/** The same for what configures a provider. */
export function doubleConfiguration<Arguments extends object>() {
  return <Inputs extends Lenient<Unwrap<Arguments>>>(
    schema: z.ZodType<Inputs> & NoSurplus<Surplus<Inputs, Unwrap<Arguments>>>,
  ): z.ZodType => schema;
}
