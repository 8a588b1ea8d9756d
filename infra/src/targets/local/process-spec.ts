import { createHash } from 'node:crypto';
import { z } from 'zod';

const port = z.int().min(1).max(65_535);

/** How the supervisor finds out that a process does its work. */
const readyProbe = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('http'), url: z.url({ protocol: /^http$/ }) }),
  z.strictObject({ kind: z.literal('tcp'), port }),
  z.strictObject({ kind: z.literal('postgres'), port, user: z.string().min(1), database: z.string().min(1) }),
  z.strictObject({ kind: z.literal('redis'), port, password: z.string() }),
]);

/** One process that should run: what the provider hands to the supervisor, over its socket only. */
export const processSpec = z.strictObject({
  instance: z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case words joined by hyphens'),
  service: z.string().min(1),
  kind: z.enum(['service', 'datastore']),
  command: z.string().startsWith('/', 'must be an absolute path'),
  args: z.array(z.string()),
  cwd: z.string().startsWith('/', 'must be an absolute path'),
  /** The whole environment of the process: nothing is inherited. */
  env: z.record(z.string(), z.string()),
  port,
  url: z.string().optional(),
  ready: readyProbe,
  /** Milliseconds until a start that isn't ready counts as failed. */
  readyWithinMs: z.int().min(100).max(600_000),
  stopSignal: z.enum(['SIGTERM', 'SIGINT']),
  /** Milliseconds between the stop signal and SIGKILL. */
  graceMs: z.int().min(0).max(600_000),
  /** MiB above which the process is replaced; none for stores, which size themselves. */
  memoryMib: z.int().min(32).optional(),
  /** Instances that start before and stop after this one. */
  after: z.array(z.string()),
  /** Hash of what the process runs: another one means a restart. */
  artefact: z.string().min(1),
});

export type ProcessSpec = z.infer<typeof processSpec>;
export type ReadyProbe = ProcessSpec['ready'];

/** Equal for equal specs; the values that are secret have too many bits to be guessed from it. */
export function specHash(spec: ProcessSpec): string {
  const sorted = (value: unknown): unknown =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(
          Object.entries(value)
            .sort(([left], [right]) => (left < right ? -1 : 1))
            .map(([key, item]) => [key, sorted(item)]),
        );
  return createHash('sha256')
    .update(JSON.stringify(sorted(spec)))
    .digest('hex')
    .slice(0, 24);
}

export type ProcessState = 'starting' | 'ready' | 'backoff' | 'failed' | 'stopped';

/** What the supervisor tells about a process. */
export interface ProcessStatus {
  readonly name: string;
  readonly instance: string;
  readonly kind: 'service' | 'datastore';
  readonly state: ProcessState;
  readonly pid: number | null;
  readonly port: number;
  readonly url: string | null;
  /** Starts after the first. */
  readonly restarts: number;
  /** ISO time at which the state was entered. */
  readonly since: string;
  /** Another one for each start of the process. */
  readonly incarnation: string;
  readonly specHash: string;
  /** How the last run ended, e.g. "exit code 1" or "SIGKILL"; null before the first end. */
  readonly lastExit: string | null;
}
