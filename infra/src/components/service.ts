import { ComponentResource, type Input, type Resource } from '@pulumi/pulumi';
import type { ServiceSpec } from '@keelson/catalogue';
import type { Process } from '../providers/local/resources.ts';
import { localProcess } from '../targets/local/service-process.ts';
import type { LocalTarget } from '../targets/local/target.ts';
import { normalizeEnvironment, normalizeService, type PlannedService } from './service-plan.ts';

export interface ServiceArgs {
  readonly spec: ServiceSpec;
  readonly replicas: number;
  readonly target: LocalTarget;
  /** Values for variables that services share, by name. */
  readonly provided: Readonly<Record<string, Input<string>>>;
  /** What must be ready first, and the instances among it that this one stops before. */
  readonly dependsOn: readonly Resource[];
  readonly after: readonly string[];
}

/** A service of the catalogue with all its instances. */
export class Service extends ComponentResource {
  readonly plan: PlannedService;
  readonly instances: readonly Process[];

  constructor(args: ServiceArgs) {
    const { spec, target } = args;
    super('keelson:platform:Service', spec.name, {}, { providers: [target.provider] });
    this.plan = normalizeService(spec, target.settings.portBase, args.replicas);
    this.instances = this.plan.instances.map((instance) => {
      const own = { PORT: String(instance.port), HOST: '127.0.0.1', KEELSON_INSTANCE: instance.name };
      const env = normalizeEnvironment(spec, { ...args.provided, ...own }, target.settings.serviceEnv[spec.name]);
      const place = { parent: this, dependsOn: [...args.dependsOn] };
      return localProcess(target, spec, this.plan, instance, env, args.after, place);
    });
    this.registerOutputs({ urls: this.plan.instances.map(({ url }) => url) });
  }
}
