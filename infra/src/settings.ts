import { z } from 'zod';

/** What a person may set per stack (`pulumi config set`); Pulumi.yaml has the types, the defaults and a sentence for each. */
export interface Settings {
  readonly portBase: number;
  readonly workerReplicas: number;
  /** Longest time from a service's start to its readiness; usual is below a second. */
  readonly readyWithinSeconds: number;
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

function wholeNumber(config: ConfigReader, key: string, usual: number, from: number, to: number): number {
  const text = config.get(key);
  const value = Number(text ?? usual);
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  throw new Error(`${key} is ${text}; allowed are whole numbers from ${from} to ${to}`);
}

/** Checks the stack's configuration; Pulumi has checked the types, ranges are ours. */
export function normalizeSettings(config: ConfigReader): Settings {
  const entries = z.array(z.string()).parse(JSON.parse(config.get('serviceEnv') ?? '[]'));
  return {
    portBase: wholeNumber(config, 'portBase', 3000, 1024, 65_000),
    workerReplicas: wholeNumber(config, 'workerReplicas', 2, 1, 10),
    readyWithinSeconds: wholeNumber(config, 'readyWithinSeconds', 30, 1, 600),
    serviceEnv: normalizeServiceEnv(entries),
  };
}
