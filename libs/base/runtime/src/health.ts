import { type Duration, milliseconds } from '@keelson/kernel';
import { isUnavailable } from './problem.ts';

/** Facts that a passing check may add to its line, e.g. `{ workers: 2 }`. */
export type CheckFacts = Readonly<Record<string, string | number>>;

/** One dependency: resolves when it can be used, throws when not. */
export interface HealthCheck {
  readonly name: string;
  check(): Promise<void | CheckFacts>;
}

/** Thrown by a check with words that outsiders may read; the message of any other error stays in the log. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}

interface CheckResult {
  readonly status: 'ok' | 'error';
  readonly latency_ms?: number;
  readonly message?: string;
  readonly [fact: string]: string | number | undefined;
}

/** Body of `/health/ready` (INF-FR-015). */
export interface Readiness {
  readonly status: 'ok' | 'degraded';
  readonly checks: Readonly<Record<string, CheckResult>>;
}

export interface HealthSettings {
  /** How long one check may take before it counts as failed. */
  readonly timeout?: Duration;
  /** How long a passing answer is reused, so that a public probe cannot load the stores. Failures are never reused. */
  readonly reuse?: Duration;
  /** Told the cause whenever a check starts failing. */
  readonly onFailure?: (name: string, error: unknown) => void;
}

function publicMessage(error: unknown): string {
  if (error instanceof NotReady) return error.message;
  if (isUnavailable(error)) return 'Connection refused';
  return 'Unavailable';
}

async function withTimeout<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NotReady(`No answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}

/** The readiness of one process: named checks, run side by side, and the fact that it is going away. */
export class HealthChecks {
  readonly #checks = new Map<string, HealthCheck>();
  readonly #failing = new Set<string>();
  readonly #timeoutMs: number;
  readonly #reuseMs: number;
  readonly #onFailure: (name: string, error: unknown) => void;
  #stopping = false;
  #running: Promise<Readiness> | undefined;
  #lastOk: { readonly at: number; readonly readiness: Readiness } | undefined;

  constructor({ timeout = '2 seconds', reuse = '250 milliseconds', onFailure }: HealthSettings = {}) {
    this.#timeoutMs = milliseconds(timeout);
    this.#reuseMs = milliseconds(reuse);
    this.#onFailure = onFailure ?? (() => undefined);
  }

  /** Adds a check; its name is the key in the answer. Throws when the name is taken. */
  add(check: HealthCheck): void {
    if (this.#checks.has(check.name)) throw new Error(`A health check named "${check.name}" exists already`);
    this.#checks.set(check.name, check);
    this.#lastOk = undefined;
  }

  /** From now on not ready, whatever the checks say. */
  stop(): void {
    this.#stopping = true;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** Runs every check; callers that come while a run is under way share it. */
  async readiness(): Promise<Readiness> {
    if (this.#stopping) return { status: 'degraded', checks: { process: { status: 'error', message: 'Stopping' } } };
    if (this.#lastOk && performance.now() - this.#lastOk.at < this.#reuseMs) return this.#lastOk.readiness;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<Readiness> {
    const results = await Promise.all([...this.#checks.values()].map((check) => this.#runOne(check)));
    const checks = Object.fromEntries(results);
    const status = results.every(([, result]) => result.status === 'ok') ? 'ok' : 'degraded';
    const readiness: Readiness = { status, checks };
    this.#lastOk = status === 'ok' ? { at: performance.now(), readiness } : undefined;
    return readiness;
  }

  async #runOne(healthCheck: HealthCheck): Promise<readonly [string, CheckResult]> {
    const { name } = healthCheck;
    const startedAt = performance.now();
    try {
      const facts = await withTimeout(healthCheck.check(), this.#timeoutMs);
      this.#failing.delete(name);
      return [name, { status: 'ok', latency_ms: Math.round(performance.now() - startedAt), ...facts }];
    } catch (error) {
      if (!this.#failing.has(name)) this.#onFailure(name, error);
      this.#failing.add(name);
      return [name, { status: 'error', message: publicMessage(error) }];
    }
  }
}
