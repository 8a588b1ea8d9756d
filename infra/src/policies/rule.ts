import type { CloudEnvironment } from '../environments/environment.ts';
import type { Layer } from '../environments/named.ts';

/** A resource as the engine is about to make it. What is not known before an update is absent from `properties`. */
export interface PlannedResource {
  readonly type: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** The engine refuses to delete it. */
  readonly protect: boolean;
}

/** Which stack is looked at. */
export interface Place {
  readonly environment: CloudEnvironment;
  readonly layer: Layer;
}

/** What must hold in every cloud; pure. Answers sentences that say what is wrong and never show a value that may be secret. */
export interface Rule {
  readonly name: string;
  /** What holds, in a sentence. */
  readonly description: string;
  /** What a person does about a violation. */
  readonly fix: string;
  /** Looks at one resource, before it is made or changed. */
  check?(resource: PlannedResource, place: Place): readonly string[];
  /** Looks at all of a stack, once everything is planned: for what must not be absent. */
  checkAll?(resources: readonly PlannedResource[], place: Place): readonly string[];
}

/** The resources of a type. */
export function ofType(resources: readonly PlannedResource[], type: string): readonly PlannedResource[] {
  return resources.filter((resource) => resource.type === type);
}

/** Every text below a value, with the path that leads to it. */
export function textsOf(
  value: unknown,
  path: readonly string[] = [],
): readonly (readonly [path: string, text: string])[] {
  if (typeof value === 'string') return [[path.join('.'), value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, [...path, key]));
}
