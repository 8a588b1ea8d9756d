import { ProviderResource, type Input } from '@pulumi/pulumi';
import { VendorResource, type ArgumentsOf, type CustomResourceOptions, type Output } from '../plugin/resource.ts';

/** Railway with the token that reaches its workspace. */
export class RailwayProvider extends ProviderResource {
  constructor(name: string, args: { readonly token: Input<string> }, options?: CustomResourceOptions) {
    super('railway', name, { ...args }, options);
  }
}

/** Which service in which environment; half of what most resources need. */
interface InstanceOf {
  readonly serviceId: string;
  readonly environmentId: string;
}

export interface ProjectArgs {
  readonly name: string;
  readonly description: string;
  readonly workspaceId: string;
  readonly defaultEnvironmentName: string;
}
export class Project extends VendorResource {
  declare readonly projectId: Output<string>;

  constructor(name: string, args: ArgumentsOf<ProjectArgs>, options: CustomResourceOptions) {
    super('railway:index:Project', name, { ...args }, { open: ['projectId', 'defaultEnvironmentId'] }, options);
  }
}

export interface EnvironmentArgs {
  readonly projectId: string;
  readonly name: string;
}
export class Environment extends VendorResource {
  declare readonly environmentId: Output<string>;

  constructor(name: string, args: ArgumentsOf<EnvironmentArgs>, options: CustomResourceOptions) {
    super('railway:index:Environment', name, { ...args }, { open: ['environmentId'] }, options);
  }
}

export interface ServiceArgs {
  readonly projectId: string;
  readonly environmentId: string;
  readonly name: string;
  readonly icon?: string;
}
export class Service extends VendorResource {
  declare readonly serviceId: Output<string>;

  constructor(name: string, args: ArgumentsOf<ServiceArgs>, options: CustomResourceOptions) {
    super('railway:index:Service', name, { ...args }, { open: ['serviceId'] }, options);
  }
}

export interface ServiceInstanceArgs extends InstanceOf {
  readonly image: string;
  readonly registryCredentials?: { readonly username: string; readonly password: string };
  readonly startCommand: string;
  readonly preDeployCommand?: string[];
  readonly healthcheckPath: string;
  readonly healthcheckTimeout: number;
  readonly restartPolicyType: 'ALWAYS' | 'ON_FAILURE' | 'NEVER';
  readonly restartPolicyMaxRetries: number;
  readonly regions: Record<string, number>;
  readonly sleepApplication: boolean;
  readonly cronSchedule?: string;
  readonly overlapSeconds: number;
  readonly drainingSeconds: number;
  readonly ipv6EgressEnabled: boolean;
  readonly virtualCpus: number;
  readonly memoryGb: number;
}
export class ServiceInstance extends VendorResource {
  constructor(name: string, args: ArgumentsOf<ServiceInstanceArgs>, options: CustomResourceOptions) {
    super('railway:index:ServiceInstance', name, { ...args }, { open: ['complete'] }, options);
  }
}

export interface VariablesArgs extends InstanceOf {
  readonly projectId: string;
  readonly variables: Record<string, string>;
}
export class Variables extends VendorResource {
  constructor(name: string, args: ArgumentsOf<VariablesArgs>, options: CustomResourceOptions) {
    super('railway:index:Variables', name, { ...args }, {}, options);
  }
}

export interface DeploymentArgs extends InstanceOf {
  readonly name: string;
  readonly trigger: string;
  readonly healthcheckPath: string;
  readonly healthcheckTimeout: number;
  readonly healthyWithin: number;
}
export class Deployment extends VendorResource {
  declare readonly deploymentId: Output<string>;

  constructor(name: string, args: ArgumentsOf<DeploymentArgs>, options: CustomResourceOptions) {
    super('railway:index:Deployment', name, { ...args }, { open: ['deploymentId', 'deployed'] }, options);
  }
}

export interface CustomDomainArgs extends InstanceOf {
  readonly projectId: string;
  readonly domain: string;
  readonly targetPort: number;
}
export class CustomDomain extends VendorResource {
  /** Where a CNAME of the domain must lead. */
  declare readonly cnameTarget: Output<string>;
  /** Host and value of the TXT record that proves whose the domain is. */
  declare readonly verificationHost: Output<string>;
  declare readonly verificationToken: Output<string>;

  constructor(name: string, args: ArgumentsOf<CustomDomainArgs>, options: CustomResourceOptions) {
    const open = ['domainId', 'cnameTarget', 'verificationHost', 'verificationToken'];
    super('railway:index:CustomDomain', name, { ...args }, { open }, options);
  }
}

export interface VolumeArgs extends InstanceOf {
  readonly projectId: string;
  readonly mountPath: string;
  readonly region: string;
  readonly backups: ('DAILY' | 'WEEKLY' | 'MONTHLY')[];
}
export class Volume extends VendorResource {
  constructor(name: string, args: ArgumentsOf<VolumeArgs>, options: CustomResourceOptions) {
    super('railway:index:Volume', name, { ...args }, { open: ['volumeId'] }, options);
  }
}

export interface ProjectTokenArgs {
  readonly projectId: string;
  readonly environmentId: string;
  readonly name: string;
}
export class ProjectToken extends VendorResource {
  declare readonly token: Output<string>;

  constructor(name: string, args: ArgumentsOf<ProjectTokenArgs>, options: CustomResourceOptions) {
    super('railway:index:ProjectToken', name, { ...args }, { secret: ['token'] }, options);
  }
}

export interface UsageLimitArgs {
  readonly workspaceId: string;
  readonly softLimitDollars: number;
  readonly hardLimitDollars?: number;
}
export class UsageLimit extends VendorResource {
  constructor(name: string, args: ArgumentsOf<UsageLimitArgs>, options: CustomResourceOptions) {
    super('railway:index:UsageLimit', name, { ...args }, {}, options);
  }
}

export interface PrivateEndpointArgs extends InstanceOf {
  readonly projectId: string;
  readonly serviceName: string;
}
export class PrivateEndpoint extends VendorResource {
  /** The name by which the other services of the environment reach this one. */
  declare readonly host: Output<string>;

  constructor(name: string, args: ArgumentsOf<PrivateEndpointArgs>, options: CustomResourceOptions) {
    super('railway:index:PrivateEndpoint', name, { ...args }, { open: ['host', 'networkId'] }, options);
  }
}
