import { randomUUID } from 'node:crypto';
import { milliseconds, type Duration } from '@keelson/kernel';
import type { Pace } from '../../src/providers/vendor/pace.ts';

/** A deployment's way through its states; what it was given is what its processes run with until the next one. */
export interface DeploymentState {
  readonly id: string;
  readonly serviceId: string;
  readonly environmentId: string;
  readonly requestedAt: number;
  readonly image: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly healthcheckPath: string | undefined;
  /** How it ends; decided when it is asked for. */
  readonly end: 'SUCCESS' | 'CRASHED' | 'FAILED';
}

export interface InstanceState {
  readonly id: string;
  settings: Record<string, unknown>;
  limits: { vCPUs?: number; memoryGB?: number };
  variables: Record<string, string>;
}

export interface ServiceState {
  readonly id: string;
  readonly projectId: string;
  name: string;
  icon: string | null;
}

export interface DomainState {
  readonly id: string;
  readonly domain: string;
  readonly serviceId: string;
  readonly environmentId: string;
  readonly projectId: string;
  readonly createdAt: number;
  targetPort: number | null;
}

export interface VolumeState {
  readonly id: string;
  readonly projectId: string;
  readonly instance: { id: string; environmentId: string; serviceId: string; mountPath: string; region: string | null };
  backups: string[];
}

export interface ProjectState {
  readonly id: string;
  readonly workspaceId: string;
  name: string;
  description: string | null;
  readonly environments: { readonly id: string; name: string }[];
}

/** From the request to each state, in virtual time: the pull of an image, its start, its health check. */
const PHASES: readonly (readonly [Duration, string])[] = [
  ['3 seconds', 'QUEUED'],
  ['12 seconds', 'INITIALIZING'],
  ['40 seconds', 'DEPLOYING'],
];
/** How long Railway takes to see the DNS records of a domain. */
const VERIFIED_AFTER: Duration = '90 seconds';

/** Everything that Railway knows, as this machine plays it. */
export class RailwayWorld {
  readonly pace: Pace;
  readonly projects = new Map<string, ProjectState>();
  readonly services = new Map<string, ServiceState>();
  /** By service and environment. */
  readonly instances = new Map<string, InstanceState>();
  readonly deployments: DeploymentState[] = [];
  readonly domains = new Map<string, DomainState>();
  readonly volumes = new Map<string, VolumeState>();
  readonly tokens = new Map<
    string,
    { readonly id: string; readonly projectId: string; readonly environmentId: string; readonly name: string }
  >();
  readonly endpoints = new Map<
    string,
    { readonly publicId: string; readonly environmentId: string; readonly serviceId: string; readonly dnsName: string }
  >();
  usageLimit: { softLimit: number; hardLimit: number | null } | undefined;
  /** Images whose processes end right after their start. */
  readonly crashing = new Set<string>();

  constructor(pace: Pace) {
    this.pace = pace;
  }

  newId(): string {
    return randomUUID();
  }

  /** The instance of a service in an environment; made when it is first asked for, as Railway does. */
  instanceOf(serviceId: string, environmentId: string): InstanceState {
    const service = this.services.get(serviceId);
    const project = service && this.projects.get(service.projectId);
    if (!project?.environments.some(({ id }) => id === environmentId)) throw new Error('ServiceInstance not found');
    const key = `${serviceId}/${environmentId}`;
    let instance = this.instances.get(key);
    if (!instance) this.instances.set(key, (instance = { id: this.newId(), settings: {}, limits: {}, variables: {} }));
    return instance;
  }

  deploymentsOf(serviceId: string, environmentId: string): DeploymentState[] {
    return this.deployments
      .filter((one) => one.serviceId === serviceId && one.environmentId === environmentId)
      .sort((a, b) => b.requestedAt - a.requestedAt);
  }

  statusOf(deployment: DeploymentState): string {
    const age = this.pace.now() - deployment.requestedAt;
    const phase = PHASES.find(([until]) => age < milliseconds(until));
    return phase?.[1] ?? deployment.end;
  }

  isVerified({ createdAt }: DomainState): boolean {
    return this.pace.now() - createdAt >= milliseconds(VERIFIED_AFTER);
  }

  /** What the processes of a service run with now: the newest deployment that ended well. */
  running(serviceId: string, environmentId: string): DeploymentState | undefined {
    return this.deploymentsOf(serviceId, environmentId).find((one) => this.statusOf(one) === 'SUCCESS');
  }

  removeService(id: string): void {
    this.services.delete(id);
    for (const key of this.instances.keys()) if (key.startsWith(`${id}/`)) this.instances.delete(key);
    for (const [key, domain] of this.domains) if (domain.serviceId === id) this.domains.delete(key);
    for (const [key, endpoint] of this.endpoints) if (endpoint.serviceId === id) this.endpoints.delete(key);
  }

  removeProject(id: string): void {
    for (const service of [...this.services.values()]) if (service.projectId === id) this.removeService(service.id);
    for (const [key, volume] of this.volumes) if (volume.projectId === id) this.volumes.delete(key);
    for (const [key, token] of this.tokens) if (token.projectId === id) this.tokens.delete(key);
    this.projects.delete(id);
  }
}
