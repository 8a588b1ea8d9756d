import { z } from 'zod';

/** How an argument appears on the command line; its type, default and bounds are the schema's. */
export interface ArgumentForm {
  readonly help: string;
  /** Given by place, not by name. */
  readonly positional: boolean;
  /** One letter, for flags that are typed often. */
  readonly short?: string;
}

const forms = z.registry<ArgumentForm>();

/** An argument given by name: `--quantity 2`; booleans take no value. */
export function flag<Schema extends z.ZodType>(schema: Schema, help: string, short?: string): Schema {
  forms.add(schema, { help, positional: false, ...(short ? { short } : {}) });
  return schema;
}

/** An argument given by place. Optional ones come last; an array takes all that is left. */
export function positional<Schema extends z.ZodType>(schema: Schema, help: string): Schema {
  forms.add(schema, { help, positional: true });
  return schema;
}

/** The form of an argument; throws for a field that was declared without `flag` or `positional`. */
export function formOf(name: string, schema: z.core.$ZodType): ArgumentForm {
  const form = forms.get(schema as z.ZodType);
  if (!form) throw new Error(`Argument "${name}" has no form: wrap its schema in flag(…) or positional(…)`);
  return form;
}

/** What commander has to know about a schema. */
export interface ArgumentType {
  readonly kind: 'boolean' | 'list' | 'value';
  readonly optional: boolean;
  readonly choices?: readonly string[];
  /** What holds when it is not given, if that is worth saying. */
  readonly preset?: string;
}

/** Looks through optional and default wrappers. */
export function typeOf(schema: z.core.$ZodType): ArgumentType {
  let inner = schema;
  let optional = false;
  let preset: string | undefined;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) {
    optional = true;
    if (inner instanceof z.ZodDefault) preset = String(inner.def.defaultValue);
    inner = inner.unwrap();
  }
  if (inner instanceof z.ZodBoolean) return { kind: 'boolean', optional: true };
  const shared = { optional, ...(preset === undefined ? {} : { preset }) };
  if (inner instanceof z.ZodArray) return { kind: 'list', optional };
  if (inner instanceof z.ZodEnum) return { kind: 'value', choices: inner.options.map(String), ...shared };
  return { kind: 'value', ...shared };
}
