import { type Duration, milliseconds } from '@keelson/kernel';
import { ServiceUnavailableException } from '@nestjs/common';
import {
  type HealthCheckResult,
  type HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { isUnavailable } from './problem.ts';

/** Facts that a passing check may add to its line, e.g. `{ workers: 2 }`. Not `status`, nor Terminus' `responseTime`. */
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

/** A line of Terminus in the words of INF-FR-015. */
function resultOf({ status, responseTime, ...facts }: HealthIndicatorResult[string]): CheckResult {
  return status === 'up' ? { status: 'ok', latency_ms: responseTime, ...facts } : { status: 'error', ...facts };
}

type Indicator = () => Promise<HealthIndicatorResult>;

/** Runs indicators side by side; the line of each by its name. */
type RunIndicators = (indicators: Indicator[]) => Promise<HealthIndicatorResult>;

/** For checks that no application is wired around. */
const runPlainly: RunIndicators = async (indicators) =>
  Object.assign({}, ...(await Promise.all(indicators.map((indicator) => indicator())))) as HealthIndicatorResult;

/** Terminus throws what it found as soon as one indicator is down; the lines are in there all the same. */
function runByTerminus(service: HealthCheckService): RunIndicators {
  return async (indicators) => {
    try {
      return (await service.check(indicators)).details;
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      return (error.getResponse() as HealthCheckResult).details;
    }
  };
}

/** The readiness of one process: named checks, run side by side, and the fact that it is going away. */
export class HealthChecks {
  readonly #checks = new Map<string, HealthCheck>();
  readonly #failing = new Set<string>();
  readonly #timeoutMs: number;
  readonly #reuseMs: number;
  readonly #onFailure: (name: string, error: unknown) => void;
  readonly #indicators = new HealthIndicatorService();
  #runIndicators = runPlainly;
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

  /** Lets the application's Terminus run the checks. */
  runBy(service: HealthCheckService): this {
    this.#runIndicators = runByTerminus(service);
    return this;
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
    const found = await this.#runIndicators([...this.#checks.values()].map((check) => () => this.#indicate(check)));
    // Terminus puts what is down behind what is up; the answer keeps the order of the checks.
    const checks = Object.fromEntries([...this.#checks.keys()].map((name) => [name, resultOf(found[name]!)]));
    const status = Object.values(checks).every((check) => check.status === 'ok') ? 'ok' : 'degraded';
    const readiness: Readiness = { status, checks };
    this.#lastOk = status === 'ok' ? { at: performance.now(), readiness } : undefined;
    return readiness;
  }

  async #indicate(healthCheck: HealthCheck): Promise<HealthIndicatorResult> {
    const { name } = healthCheck;
    const indicator = this.#indicators.check(name);
    let thrown: { readonly error: unknown } | undefined;
    const attempt = indicator.attempt(async () => {
      try {
        return await healthCheck.check();
      } catch (error) {
        thrown = { error };
        throw error;
      }
    });
    const result = await attempt.withTimeout(this.#timeoutMs);
    if (result[name]!.status === 'up') {
      this.#failing.delete(name);
      return result;
    }
    // An attempt that is down though nothing was thrown ran out of time. Its message, or that of any error, is Terminus'
    // or a driver's: outsiders get words of ours.
    const { error } = thrown ?? { error: new NotReady(`No answer within ${this.#timeoutMs} ms`) };
    if (!this.#failing.has(name)) this.#onFailure(name, error);
    this.#failing.add(name);
    return indicator.down(publicMessage(error));
  }
}
