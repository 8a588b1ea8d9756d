import { z } from 'zod';

/** What a person may set per stack (\`pulumi config set\`); Pulumi.yaml has the types, the defaults and a sentence for each. */
export interface Settings {
  readonly portBase: number;
  readonly workerReplicas: number;
  /** service → variable → value, over what the catalogue's defaults and the stack say. */
  readonly serviceEnv: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The part of Pulumi's Config that is used; also what tests hand in. */
export interface ConfigReader {
  get(key: string): string | undefined;
}

const entry = /^(?<service>[a-z][a-z0-9-]*):(?<variable>[A-Z][A-Z0-9_]*)=(?<value>.*)$/s;

/** Reads `["worker:LOG_LEVEL=debug"]`; throws with the entry that has another form. */
export function normalizeServiceEnv(entries: readonly string[]): Settings['serviceEnv'] {
  const result: Record<string, Record<string, string>> = {};
  for (const text of entries) {
    const parts = entry.exec(text)?.groups;
    if (!parts) throw new Error(`serviceEnv: "${text.split('=')[0]}" must have the form <service>:<VARIABLE>=<value>`);
    const { service = '', variable = '', value = '' } = parts;
    (result[service] ??= {})[variable] = value;
  }
  return result;
}

/** Checks the stack's configuration; Pulumi has checked the types, ranges are ours. */
export function normalizeSettings(config: ConfigReader): Settings {
  const portBase = Number(config.get('portBase') ?? 3000);
  if (!Number.isInteger(portBase) || portBase < 1024 || portBase > 65_000) {
    throw new Error(`portBase is ${config.get('portBase')}; allowed are whole numbers from 1024 to 65000`);
  }
  const workerReplicas = Number(config.get('workerReplicas') ?? 2);
  if (!Number.isInteger(workerReplicas) || workerReplicas < 1 || workerReplicas > 10) {
    throw new Error(`workerReplicas is ${config.get('workerReplicas')}; allowed are whole numbers from 1 to 10`);
  }
  const entries = z.array(z.string()).parse(JSON.parse(config.get('serviceEnv') ?? '[]'));
  return { portBase, workerReplicas, serviceEnv: normalizeServiceEnv(entries) };
}
