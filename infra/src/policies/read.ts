/** How the policy SDK lets one look behind its wrappers: https://github.com/pulumi/pulumi-policy, proxy.ts. */
const TARGET = '__getSpecialProxyTarget';

type Wrapped = Readonly<Record<string, unknown>>;

function behind(wrapped: Wrapped): Wrapped {
  return (wrapped[TARGET] as Wrapped | undefined) ?? wrapped;
}

/** True for the error that reading a value throws which nobody knows before the update. */
function isUnknown(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === 'UnknownValueError';
}

function known(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => knownAt(value, index));
  if (typeof value === 'object' && value !== null) return knownOf(value as Wrapped);
  return value;
}

function knownAt(holder: object, key: PropertyKey): unknown {
  try {
    return known(Reflect.get(holder, key));
  } catch (error) {
    if (isUnknown(error)) return undefined;
    throw error;
  }
}

/** What is known of a resource's properties, as plain data; the rest is absent. */
export function knownOf(properties: Wrapped): Record<string, unknown> {
  const entries = Object.keys(properties).map((key): [string, unknown] => [key, knownAt(properties, key)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The names of the properties that are sealed. A remediation gets them behind two wrappers, one per concern. */
export function sealedOf(properties: Wrapped): readonly string[] {
  const bare = behind(behind(properties));
  return Object.keys(bare).filter((key) => {
    const value = bare[key];
    return typeof value === 'object' && value !== null && value.constructor.name === 'Secret';
  });
}
