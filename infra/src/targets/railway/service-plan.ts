import type { ServiceSpec } from '@keelson/catalogue';
import { milliseconds } from '@keelson/kernel';
import { regions } from '../../cloud/regions.ts';
import type { CloudEnvironment } from '../../environments/environment.ts';
import type { Size } from '../../environments/sizes.ts';

/** A service of the catalogue as Railway is asked for it. */
export interface RailwayPlan {
  readonly startCommand: string;
  readonly healthcheckPath: string;
  /** Replicas by Railway's name of the region. */
  readonly regions: Readonly<Record<string, number>>;
  readonly sleepApplication: boolean;
  readonly overlapSeconds: number;
  readonly drainingSeconds: number;
  readonly virtualCpus: number;
  readonly memoryGb: number;
  /** Where its files are; the service has one volume then. */
  readonly volume: string | undefined;
}

/** Containers listen on one port, whatever the service. */
export const CONTAINER_PORT = 8_080;
/** Seconds that a new instance gets to answer its health check: the start and the self-test. */
export const HEALTH_CHECK_SECONDS = 120;
/** Seconds that a deployment gets altogether: the pull of an image, the command before it, the health check. */
export const DEPLOYED_WITHIN_SECONDS = 600;
const OVERLAP_SECONDS = 10;
const MIB_PER_GB = 1_024;

/** Exactly one of it may run: it is never counted up by a size. */
export function isSingleton({ scaling }: Pick<ServiceSpec, 'scaling'>): boolean {
  return scaling.maximum === 1;
}

function replicasOf(spec: ServiceSpec, environment: CloudEnvironment, size: Size): number {
  if (isSingleton(spec)) return 1;
  const override = environment.services[spec.name]?.scaling;
  const replicas = override?.replicas ?? spec.scaling.replicas * size.replicas;
  const maximum = override?.maximum ?? spec.scaling.maximum;
  if (replicas < 1 || replicas > maximum) {
    throw new Error(`${spec.name}: ${replicas} replicas are not allowed in ${environment.name}; 1 to ${maximum} are`);
  }
  return replicas;
}

/** What a service writes that must outlive its container: the one file that a variable of it names. */
const VOLUMES: Readonly<Record<string, string>> = { 'paper-broker': '/var/lib/keelson' };

/** What Railway is asked for, from the catalogue, the environment and the size; pure. */
export function normalizeRailwayService(spec: ServiceSpec, environment: CloudEnvironment, size: Size): RailwayPlan {
  const replicas = replicasOf(spec, environment, size);
  // What keeps state or must be one stays at home, beside the database; what faces people goes to every region.
  const places = spec.exposure === 'public' ? environment.regions : environment.regions.slice(0, 1);
  const resources = { ...spec.resources, ...environment.services[spec.name]?.resources };
  return {
    startCommand: `node ${spec.entry}`,
    healthcheckPath: spec.ready,
    regions: Object.fromEntries(places.map((region) => [regions[region].railway, replicas])),
    sleepApplication: environment.switches.sleep && spec.exposure === 'public',
    // A singleton must be gone before the next one starts.
    overlapSeconds: spec.rollout === 'recreate' ? 0 : OVERLAP_SECONDS,
    drainingSeconds: Math.ceil(milliseconds(spec.drainWithin) / 1_000),
    virtualCpus: resources.cpu,
    memoryGb: resources.memoryMib / MIB_PER_GB,
    volume: VOLUMES[spec.name],
  };
}
