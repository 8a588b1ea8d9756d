import { createHash } from 'node:crypto';
import {
  all,
  ComponentResource,
  output,
  secret,
  unsecret,
  type Input,
  type Output,
  type Resource,
} from '@pulumi/pulumi';
import type { ServiceSpec } from '@keelson/catalogue';
import { normalizeEnvironment } from '../../components/service-plan.ts';
import {
  CustomDomain,
  Deployment,
  PrivateEndpoint,
  Service,
  ServiceInstance,
  Variables,
  Volume,
} from '../../providers/railway/resources.ts';
import type { RailwayTarget } from './target.ts';
import {
  CONTAINER_PORT,
  DEPLOYED_WITHIN_SECONDS,
  HEALTH_CHECK_SECONDS,
  normalizeRailwayService,
  type RailwayPlan,
} from './service-plan.ts';

export interface RailwayServiceArgs {
  readonly spec: ServiceSpec;
  readonly target: RailwayTarget;
  /** Values for variables that services share, by name. */
  readonly provided: Readonly<Record<string, Input<string>>>;
  /** Runs once with the new version before any instance of it starts. */
  readonly preDeployCommand?: string;
  /** The public name, for a service that people reach. */
  readonly domain?: string;
  /** Deployments that must be healthy first. */
  readonly after: readonly Resource[];
}

/** Short enough to read, long enough that two versions never share one. */
const TRIGGER_DIGITS = 24;

/** A service of the catalogue on Railway: its settings, its variables, and the deployment that makes them run. */
export class RailwayService extends ComponentResource {
  readonly spec: ServiceSpec;
  readonly plan: RailwayPlan;
  readonly deployment: Deployment;
  readonly domain: CustomDomain | undefined;

  constructor({ spec, target, provided, preDeployCommand, domain, after }: RailwayServiceArgs) {
    super('keelson:cloud:Service', spec.name, {}, { providers: [target.provider] });
    const { context, projectId, environmentId } = target;
    const place = { parent: this };
    this.spec = spec;
    this.plan = normalizeRailwayService(spec, context.environment, context.size);
    const { volume, ...settings } = this.plan;
    const { serviceId } = new Service(spec.name, { projectId, environmentId, name: spec.name }, place);
    const of = { projectId, environmentId, serviceId };
    const instance = new ServiceInstance(
      spec.name,
      {
        ...{ serviceId, environmentId, ...settings, healthcheckTimeout: HEALTH_CHECK_SECONDS },
        image: context.settings.image,
        ...(target.registryCredentials && { registryCredentials: target.registryCredentials }),
        ...(preDeployCommand !== undefined && { preDeployCommand: [preDeployCommand] }),
        restartPolicyType: 'ALWAYS',
        restartPolicyMaxRetries: 10,
        ipv6EgressEnabled: false,
      },
      place,
    );
    const variables = secret(all(variablesOf(spec, provided)));
    const set = new Variables(spec.name, { ...of, variables }, place);
    const mounted = volume === undefined ? [] : [this.volume(spec.name, of, volume, target)];
    const reachable = new PrivateEndpoint(spec.name, { ...of, serviceName: spec.name }, place);
    this.deployment = new Deployment(
      spec.name,
      {
        ...{ serviceId, environmentId, name: spec.name, healthcheckPath: this.plan.healthcheckPath },
        ...{ healthcheckTimeout: HEALTH_CHECK_SECONDS, healthyWithin: DEPLOYED_WITHIN_SECONDS },
        trigger: triggerOf({ settings, preDeployCommand, image: context.settings.image }, variables),
      },
      { parent: this, dependsOn: [instance, set, reachable, ...mounted, ...after] },
    );
    if (domain !== undefined) {
      this.domain = new CustomDomain(spec.name, { ...of, domain, targetPort: CONTAINER_PORT }, place);
    }
    this.registerOutputs({});
  }

  private volume(
    name: string,
    of: Record<'projectId' | 'environmentId' | 'serviceId', Output<string>>,
    mountPath: string,
    target: RailwayTarget,
  ): Volume {
    const { home, protect, environment } = target.context;
    const backups: ('DAILY' | 'WEEKLY')[] = environment.switches.production ? ['DAILY', 'WEEKLY'] : [];
    return new Volume(name, { ...of, mountPath, region: home.railway, backups }, { parent: this, protect });
  }
}

/** The variables that a service's schema names, with those that are the same for every container. */
function variablesOf(spec: ServiceSpec, provided: RailwayServiceArgs['provided']): Record<string, Input<string>> {
  // Railway's private network speaks IPv6.
  const own = { PORT: String(CONTAINER_PORT), HOST: '::' };
  return normalizeEnvironment<Input<string>>(spec, { ...provided, ...own });
}

/** A hash of all that a process gets. It says nothing of the secrets in it, so it may be seen. */
function triggerOf(settings: object, variables: Output<Record<string, string>>): Output<string> {
  return unsecret(
    output(variables).apply((values) => {
      const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
      return createHash('sha256')
        .update(JSON.stringify([settings, sorted]))
        .digest('hex')
        .slice(0, TRIGGER_DIGITS);
    }),
  );
}
