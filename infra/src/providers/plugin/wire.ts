import { createRequire } from 'node:module';
import type { Struct } from 'google-protobuf/google/protobuf/struct_pb.js';

/** A property as the engine sends it: JSON, where a secret is an envelope and an unknown a marker text. */
export type Property = null | boolean | number | string | Property[] | { [key: string]: Property };
export type Properties = Record<string, Property>;

/** Stands for a value that is only known once another resource exists; the engine sends it in previews. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

const SIGNATURE_KEY = '4dabf18193072939515e22adb298388d';
const SECRET_SIGNATURE = '1b47061264138c4ac30d75fd1eb44270';

// The SDK carries its own copy of google-protobuf; its messages only take structures of that copy.
const ofSdk = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi/package.json'));
const { Struct: SdkStruct } = ofSdk('google-protobuf/google/protobuf/struct_pb.js') as {
  Struct: { fromJavaScript(value: object): Struct };
};

/** Properties with the envelopes taken off, and the dotted paths of what was secret. */
export interface Opened {
  readonly values: Properties;
  readonly secretPaths: ReadonlySet<string>;
}

function isEnvelope(value: object): value is { value: Property } {
  return (value as Record<string, unknown>)[SIGNATURE_KEY] === SECRET_SIGNATURE;
}

function isSealed(value: Property): boolean {
  return typeof value === 'object' && value !== null && isEnvelope(value);
}

function open(value: Property, path: string, secretPaths: Set<string>): Property {
  if (Array.isArray(value)) return value.map((item, index) => open(item, `${path}.${index}`, secretPaths));
  if (typeof value !== 'object' || value === null) return value;
  if (isEnvelope(value)) {
    secretPaths.add(path);
    return open(value.value, path, secretPaths);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, open(item, path === '' ? key : `${path}.${key}`, secretPaths)]),
  );
}

/** Reads a structure of the engine; absent is empty. */
export function fromStruct(struct: Struct | undefined): Opened {
  const secretPaths = new Set<string>();
  const values = open((struct?.toJavaScript() ?? {}) as Property, '', secretPaths) as Properties;
  return { values, secretPaths };
}

function sealAt(value: Property | undefined, path: readonly string[]): Property | undefined {
  if (value === undefined) return undefined;
  const [key, ...rest] = path;
  if (key === undefined) return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value };
  if (typeof value !== 'object' || value === null) return value;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, Property>;
  const inner = sealAt(copy[key], rest);
  if (inner !== undefined) copy[key] = inner;
  return copy as Property;
}

/** Properties with what stands at these dotted paths in secret envelopes. */
export function sealed(values: Properties, paths: ReadonlySet<string>): Properties {
  // The deepest first: an envelope around a part stays inside one around the whole.
  const deepestFirst = [...paths].sort((a, b) => b.length - a.length);
  return deepestFirst.reduce((result, path) => sealAt(result, path.split('.')) as Properties, values);
}

/** Writes properties for the engine; the named ones are put into secret envelopes. */
export function toStruct(values: Properties, secretNames: readonly string[] = []): Struct {
  const entries = Object.entries(values).map(([key, value]) => [
    key,
    secretNames.includes(key) && !isSealed(value) ? { [SIGNATURE_KEY]: SECRET_SIGNATURE, value } : value,
  ]);
  return SdkStruct.fromJavaScript(Object.fromEntries(entries));
}

/** A typed object as properties: what is undefined is left out, as the wire has no such value. */
export function propertiesOf(object: object): Properties {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Properties;
}

/** Whether a value, or anything inside it, is not known yet. */
export function hasUnknown(value: Property | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((item) => hasUnknown(item));
}

/** Dotted paths at which two property trees differ; equal trees give none. */
export function changedPaths(before: Property | undefined, after: Property | undefined, path = ''): string[] {
  if (before === after) return [];
  const bothTrees = typeof before === 'object' && typeof after === 'object' && before !== null && after !== null;
  if (!bothTrees || Array.isArray(before) !== Array.isArray(after)) return [path];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) =>
    changedPaths(
      (before as Properties)[key],
      (after as Properties)[key],
      path === '' ? key : Array.isArray(before) ? `${path}[${key}]` : `${path}.${key}`,
    ),
  );
}
