import type { Duration, Rate } from '@keelson/kernel';
import type { z } from 'zod';
import type { Objective } from './objective.ts';

/** Where a service's requests come from. `public` gets a domain and TLS in a cloud, `private` stays in the network. */
export type Exposure = 'public' | 'private';

/** What a service needs before it can start, and what an environment must therefore provide. */
export type Need = 'postgres' | 'redis' | 'venue';

/** A secret that an environment provides. It has no default, and says how often it is replaced. */
export interface SecretSpec {
  /** The environment variable that carries it. */
  readonly variable: string;
  readonly purpose: string;
  readonly rotateEvery: Duration | 'on compromise';
}

/** How many instances run, and how the next version replaces the last. */
export interface Scaling {
  readonly replicas: number;
  readonly maximum: number;
}

export interface Resources {
  /** Virtual CPUs. */
  readonly cpu: number;
  /** MiB of memory; above it the process is replaced. */
  readonly memoryMib: number;
}

/**
 * One deployable process, said once: the Pulumi targets, docker-compose.yml, nest-cli.json, .env.example, k6 targets and
 * the tables in the docs are all read from it.
 */
export interface ServiceSpec {
  readonly name: string;
  readonly purpose: string;
  /** Folder of the source below the repository's root. */
  readonly source: string;
  /** The built entry file below the repository's root, run by Node. */
  readonly entry: string;
  /** Local port = the stack's port base + this. Containers all listen on 8080. */
  readonly portOffset: number;
  readonly live: '/health';
  readonly ready: '/health/ready';
  readonly exposure: Exposure;
  /** The steps of contracts/flow.ts that this service executes; each step has exactly one home service. */
  readonly runs: readonly string[];
  readonly needs: readonly Need[];
  /** Services whose readiness this one waits for. */
  readonly after: readonly string[];
  readonly env: z.ZodObject;
  readonly secrets: readonly SecretSpec[];
  readonly scaling: Scaling;
  readonly resources: Resources;
  /** `recreate` is for singletons: the old one is gone before the new one starts. */
  readonly rollout: 'rolling' | 'recreate';
  readonly drainWithin: Duration;
  readonly objectives: readonly Objective[];
  readonly rateLimits?: Readonly<Record<string, Rate>>;
}

/** Fixes the literal types of a spec while checking its shape. */
export function defineService<const Spec extends ServiceSpec>(spec: Spec): Spec {
  return spec;
}

/** The first instance of a service is named as the service; further ones get a number. */
export function instanceName(service: string, index: number): string {
  return index === 0 ? service : `${service}-${index + 1}`;
}

/** Port of an instance on a machine where many share one address: replicas are ten apart. */
export function instancePort(spec: Pick<ServiceSpec, 'portOffset'>, portBase: number, index: number): number {
  return portBase + spec.portOffset + index * 10;
}
