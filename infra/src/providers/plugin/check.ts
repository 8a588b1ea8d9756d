import type { z } from 'zod';
import { hasUnknown, type Opened, type Property } from './wire.ts';

/** An input that is not allowed: which, its value (unless secret), and what is. */
export interface Refusal {
  readonly property: string;
  readonly reason: string;
}

function valueAt(values: Property, path: readonly PropertyKey[]): Property | undefined {
  let value: Property | undefined = values;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, Property>)[key];
  }
  return value;
}

/** Holds inputs against a schema. Values that are not known yet pass; secret ones are never shown. */
export function refusals(schema: z.ZodType, inputs: Opened): Refusal[] {
  const result = schema.safeParse(inputs.values);
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => {
    const property = issue.path.join('.');
    const value = valueAt(inputs.values, issue.path);
    if (hasUnknown(value)) return [];
    const secret = [...inputs.secretPaths].some((path) => property === path || property.startsWith(`${path}.`));
    const shown = secret ? '[secret]' : value === undefined ? 'missing' : JSON.stringify(value);
    return [{ property, reason: `${property || 'the resource'} is ${shown}: ${issue.message}` }];
  });
}
