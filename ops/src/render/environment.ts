import type { ServiceSpec } from '@keelson/catalogue';
import { z } from 'zod';

/** One environment variable of one service, as its schema says it. */
export interface Variable {
  readonly name: string;
  readonly description: string;
  /** Text of the default; undefined when there is none. */
  readonly fallback: string | undefined;
  /** True when the service does not start without a value from outside. */
  readonly required: boolean;
  readonly choices: readonly string[];
}

interface PropertySchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
}

/** The variables of a service in the order of its schema; throws when one has no description. */
export function variablesOf(service: Pick<ServiceSpec, 'name' | 'env'>): readonly Variable[] {
  const schema = z.toJSONSchema(service.env, { io: 'output', unrepresentable: 'any' });
  const properties = (schema.properties ?? {}) as Readonly<Record<string, PropertySchema>>;
  return Object.entries(properties).map(([name, property]) => {
    if (!property.description) {
      throw new Error(
        `${name} of ${service.name} has no description; add .describe('…') to its schema in the catalogue`,
      );
    }
    return {
      name,
      description: property.description,
      fallback: property.default === undefined ? undefined : String(property.default),
      required: property.default === undefined && (schema.required ?? []).includes(name),
      choices: property.enum ?? [],
    };
  });
}
