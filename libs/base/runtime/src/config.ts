import { services } from '@keelson/catalogue';
import type { z } from 'zod';

/** What a service's checked environment looks like: `ConfigOf<typeof api>`. */
export type ConfigOf<Spec extends { readonly env: z.ZodObject }> = Readonly<z.output<Spec['env']>>;

/** One bad key: its name and what was expected, never its value. */
export interface ConfigProblem {
  readonly key: string;
  readonly problem: 'missing' | 'invalid' | 'unknown';
  readonly expected: string;
}

/** Thrown by loadConfig with every bad key at once; its message holds names and expectations, never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ key, problem, expected }) => `${key} is ${problem}: ${expected}`).join('\n'));
    this.problems = problems;
  }
}

/** A key that starts with one of these is ours, so one that nobody knows is a typo. */
const PREFIXES = ['DATABASE_', 'REDIS_', 'AUTH_', 'KEELSON_', 'PAPER_', 'WORKER_', 'STREAM_'];

/** Keys that belong to the process or to the tools around it, not to a service. */
const PROCESS_KEYS = [
  'KEELSON_CACHE_DIR',
  'KEELSON_NODE',
  'KEELSON_PORT_BASE',
  'KEELSON_SERVICE',
  'KEELSON_STACK',
  'KEELSON_STATE_DIR',
];

/** Edits (insert, delete, replace) between two words. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const replaced = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[right.length]!;
}

/** Variables of a test run, which the processes that it starts inherit. */
const TEST_PREFIX = 'KEELSON_TEST_';

function isOurs(key: string): boolean {
  return PREFIXES.some((prefix) => key.startsWith(prefix)) && !key.startsWith(TEST_PREFIX);
}

function unknownKeys(schemaKeys: readonly string[], env: NodeJS.ProcessEnv): ConfigProblem[] {
  // A key of another service is no typo: one environment file may serve several processes.
  const known = new Set([...PROCESS_KEYS, ...services.flatMap((spec) => Object.keys(spec.env.shape)), ...schemaKeys]);
  return Object.keys(env)
    .filter((key) => isOurs(key) && !known.has(key))
    .sort()
    .map((key) => {
      const nearest = [...known]
        .map((name) => ({ name, edits: distance(key, name) }))
        .sort((a, b) => a.edits - b.edits);
      const hint = nearest[0] && nearest[0].edits <= 3 ? `; did you mean ${nearest[0].name}?` : '';
      return { key, problem: 'unknown', expected: `no service has this key${hint || '; remove it'}` };
    });
}

/**
 * Picks a service's keys out of an environment and checks them. An empty value counts as absent, as in a .env file.
 * Throws ConfigError naming every missing, malformed and unknown key (one with our prefixes that no service has).
 */
export function loadConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): Readonly<z.output<Schema>> {
  const keys = Object.keys(schema.shape);
  const picked = Object.fromEntries(keys.flatMap((key) => (env[key] ? [[key, env[key]]] : [])));
  const result = schema.safeParse(picked);
  const problems = new Map<string, ConfigProblem>();
  for (const issue of result.error?.issues ?? []) {
    const key = String(issue.path[0] ?? 'configuration');
    const purpose = (schema.shape[key] as z.ZodType | undefined)?.description;
    const missing = keys.includes(key) && !(key in picked);
    // zod's messages name types, bounds and choices; they never quote what was received.
    // For an absent key they only say that nothing is not something, unless the catalogue wrote them.
    const words = missing && issue.code !== 'custom' ? undefined : issue.message;
    const expected = [purpose, words].filter(Boolean).join('; ') || issue.message;
    problems.set(key, { key, problem: missing ? 'missing' : 'invalid', expected });
  }
  const all = [...problems.values(), ...unknownKeys(keys, env)];
  if (all.length > 0) throw new ConfigError(all);
  return Object.freeze(result.data as z.output<Schema>);
}
