import { join } from 'node:path';
import type { ServiceSpec } from '@keelson/catalogue';
import { normalizeService } from '../../components/service-plan.ts';
import { normalizePostgres, normalizeRedis, type PostgresPlan, type RedisPlan } from '../../components/store-plan.ts';
import type { LocalEnvironment } from '../../environments/environment.ts';
import { LocalProvider } from '../../providers/local/resources.ts';
import type { Settings } from '../../settings.ts';
import { foldersOf, repositoryFolder, stateFolder, type StackFolders } from './folders.ts';
import { readToolchain, type Toolchain } from './toolchain.ts';

/** This machine as a place where a stack runs. */
export interface LocalTarget {
  readonly repository: string;
  readonly folders: StackFolders;
  readonly toolchain: Toolchain;
  readonly settings: Settings;
  readonly stores: { readonly postgres: PostgresPlan; readonly redis: RedisPlan };
  readonly provider: LocalProvider;
  /** Instances per service, from the catalogue, the environment and the stack's configuration. */
  readonly replicas: Readonly<Record<string, number>>;
}

function replicasOf(spec: ServiceSpec, environment: LocalEnvironment, settings: Settings): number {
  if (spec.name === 'worker') return settings.workerReplicas;
  return environment.services[spec.name]?.scaling?.replicas ?? spec.scaling.replicas;
}

/** Every port that will listen, by instance. */
function portsOf(
  specs: readonly ServiceSpec[],
  target: Pick<LocalTarget, 'stores' | 'settings' | 'replicas'>,
): Record<string, number> {
  const { postgres, redis } = target.stores;
  const instances = specs.flatMap((spec) =>
    normalizeService(spec, target.settings.portBase, target.replicas[spec.name] ?? 1).instances.map(
      ({ name, port }): [string, number] => [name, port],
    ),
  );
  return {
    ...(postgres.own ? { postgres: postgres.port } : {}),
    ...(redis.own ? { redis: redis.port } : {}),
    ...Object.fromEntries(instances),
  };
}

/** Opens this machine for a stack: reads the tools, plans the stores and ports, and makes the provider. */
export function openLocalTarget(
  environment: LocalEnvironment,
  settings: Settings,
  services: readonly ServiceSpec[],
): LocalTarget {
  const state = stateFolder();
  const toolchain = readToolchain(state);
  const folders = foldersOf(environment.name, join(state, environment.name));
  const asRoot = process.getuid?.() === 0;
  const stores = {
    postgres: normalizePostgres(toolchain.postgres, settings.portBase, asRoot),
    redis: normalizeRedis(toolchain.redis, settings.portBase),
  };
  const replicas = Object.fromEntries(services.map((spec) => [spec.name, replicasOf(spec, environment, settings)]));
  const ports = portsOf(services, { stores, settings, replicas });
  const provider = new LocalProvider('machine', { stack: environment.name, folder: folders.root, ports });
  return { repository: repositoryFolder, folders, toolchain, settings, stores, provider, replicas };
}
