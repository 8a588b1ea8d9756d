import { instanceName, instancePort, type ServiceSpec } from '@keelson/catalogue';
import { milliseconds } from '@keelson/kernel';

/** One instance of a service, with everything that follows from its spec and place in the row. */
export interface PlannedInstance {
  readonly name: string;
  readonly port: number;
  readonly url: string;
  readonly readyUrl: string;
}

export interface PlannedService {
  readonly name: string;
  readonly instances: readonly PlannedInstance[];
  readonly drainMs: number;
  readonly memoryMib: number;
}

/** Names, ports and addresses of a service's instances on one machine. Throws when more are asked for than the catalogue allows. */
export function normalizeService(spec: ServiceSpec, portBase: number, replicas: number): PlannedService {
  if (replicas < 1 || replicas > spec.scaling.maximum) {
    throw new Error(`${spec.name}: ${replicas} instances are not allowed; 1 to ${spec.scaling.maximum} are`);
  }
  const instances = Array.from({ length: replicas }, (_none, index): PlannedInstance => {
    const port = instancePort(spec, portBase, index);
    const url = `http://127.0.0.1:${port}`;
    return { name: instanceName(spec.name, index), port, url, readyUrl: `${url}${spec.ready}` };
  });
  const { memoryMib } = spec.resources;
  return { name: spec.name, instances, drainMs: milliseconds(spec.drainWithin), memoryMib };
}

/**
 * The values of a service's environment, by the keys of its schema: `overrides` before `provided`; what neither has is
 * left to the schema's default. Throws when a key without default has no value, or an override is not allowed.
 */
export function normalizeEnvironment<Value>(
  spec: Pick<ServiceSpec, 'name' | 'env'>,
  provided: Readonly<Record<string, Value>>,
  overrides: Readonly<Record<string, string>> = {},
): Record<string, Value | string> {
  const { shape } = spec.env;
  for (const [key, value] of Object.entries(overrides)) {
    const schema = shape[key];
    if (!schema)
      throw new Error(`serviceEnv: ${spec.name} has no variable ${key}; it has ${Object.keys(shape).join(', ')}`);
    const result = schema.safeParse(value);
    if (!result.success) throw new Error(`serviceEnv: ${key} of ${spec.name}: ${result.error.issues[0]?.message}`);
  }
  const values = Object.entries(shape).flatMap(([key, schema]): [string, Value | string][] => {
    const value = overrides[key] ?? provided[key];
    if (value !== undefined) return [[key, value]];
    if (schema.safeParse(undefined).success) return [];
    throw new Error(`${spec.name} needs ${key}, and this environment has no value for it`);
  });
  return Object.fromEntries(values);
}

/** Services in an order in which each comes after those it waits for; throws when they wait for each other. */
export function inStartOrder(specs: readonly ServiceSpec[]): ServiceSpec[] {
  const ordered: ServiceSpec[] = [];
  let left = [...specs];
  while (left.length > 0) {
    const ready = left.filter(({ after }) => after.every((name) => ordered.some((spec) => spec.name === name)));
    if (ready.length === 0) throw new Error(`services wait for each other: ${left.map(({ name }) => name).join(', ')}`);
    ordered.push(...ready);
    left = left.filter((spec) => !ready.includes(spec));
  }
  return ordered;
}
