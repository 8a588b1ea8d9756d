import type { DatastoreSpec, ServiceSpec } from '@keelson/catalogue';
import { milliseconds } from '@keelson/kernel';
import { Document, isMap, Pair } from 'yaml';
import {
  CONTAINER_PORT,
  containerEnvironment,
  healthcheck,
  DEMO_KEYS_FILE,
  KEYS_FOLDER,
  ownerEnvironment,
  PORT_BASE,
  PUBLIC_KEYS_FILE,
  STATE_FOLDER,
  storeSettings,
  verifiesTokens,
} from './compose-values.ts';
import { generated, type Renderer } from './renderer.ts';

const IMAGE = 'keelson:local';

/** Key of the settings below in the file; Compose ignores keys that start with x-. */
const SHARED = 'x-keelson';

/** What every container of ours has: no root, no privileges, a root file system that cannot be written. */
const hardened = {
  image: IMAGE,
  build: { context: '.' },
  init: true,
  read_only: true,
  tmpfs: ['/tmp'],
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
};

const healthy = { condition: 'service_healthy' };
const completed = { condition: 'service_completed_successfully' };

const loopback = (published: number, inside: number): readonly string[] => [`127.0.0.1:${published}:${inside}`];

function store({ name, image, portOffset }: DatastoreSpec): object {
  const { port, settings, volume } = storeSettings(name);
  return {
    image,
    restart: 'unless-stopped',
    ...settings,
    ports: loopback(PORT_BASE + portOffset, port),
    volumes: [volume],
  };
}

const keysVolume = `keys:${KEYS_FOLDER}`;

/** Jobs that run once and must succeed before what depends on them starts. */
function jobs(): Readonly<Record<string, object>> {
  return {
    keys: {
      restart: 'no',
      command: ['node', 'ops/src/compose-keys.ts', KEYS_FOLDER],
      volumes: [keysVolume],
    },
    migrate: {
      restart: 'no',
      command: ['node', 'libs/base/persistence/src/migrate.ts', 'up'],
      environment: ownerEnvironment,
      depends_on: { postgres: healthy },
    },
    seed: {
      restart: 'no',
      command: ['node', `--env-file=${DEMO_KEYS_FILE}`, 'ops/src/seed.ts'],
      environment: ownerEnvironment,
      volumes: [`${keysVolume}:ro`],
      depends_on: { keys: completed, migrate: completed },
    },
  };
}

function dependencies(service: ServiceSpec): object {
  const stores = service.needs.filter((need) => need !== 'venue').map((need) => [need, healthy]);
  const schema = service.needs.includes('postgres') || verifiesTokens(service) ? [['seed', completed]] : [];
  return Object.fromEntries([...stores, ...schema, ...service.after.map((name) => [name, healthy])]) as object;
}

function container(service: ServiceSpec, services: readonly ServiceSpec[]): object {
  const environment = containerEnvironment(service, services);
  const writes = Object.values(environment).some((value) => value.startsWith(STATE_FOLDER));
  const keys = verifiesTokens(service);
  const volumes = [...(writes ? [`${service.name}:${STATE_FOLDER}`] : []), ...(keys ? [`${keysVolume}:ro`] : [])];
  const needs = dependencies(service);
  return {
    restart: 'unless-stopped',
    command: ['node', ...(keys ? [`--env-file=${PUBLIC_KEYS_FILE}`] : []), service.entry],
    environment,
    healthcheck: healthcheck(['CMD', 'node', '-e', probe(service.ready)]),
    stop_grace_period: `${Math.ceil(milliseconds(service.drainWithin) / 1_000) + 5}s`,
    deploy: {
      replicas: service.scaling.replicas,
      resources: { limits: { cpus: String(service.resources.cpu), memory: `${service.resources.memoryMib}M` } },
    },
    // Only what the outside needs is published; the rest stays in the network, where replicas may share a name.
    ...(service.exposure === 'public' && { ports: loopback(PORT_BASE + service.portOffset, CONTAINER_PORT) }),
    ...(volumes.length > 0 && { volumes }),
    ...(Object.keys(needs).length > 0 && { depends_on: needs }),
  };
}

/** The image has no curl or wget; Node itself asks. */
function probe(path: string): string {
  const url = `http://127.0.0.1:${CONTAINER_PORT}${path}`;
  return `fetch('${url}').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))`;
}

function volumesOf(containers: readonly object[]): object {
  const mounts = containers.flatMap((each) => (each as { volumes?: readonly string[] }).volumes ?? []);
  const names = new Set(mounts.map((mount) => mount.split(':')[0]!));
  return Object.fromEntries([...names].map((name) => [name, {}]));
}

/** The document with the shared settings written once and merged into each container of ours. */
function documentOf(stores: object, ours: object): Document {
  const services = { ...stores, ...ours };
  const volumes = volumesOf(Object.values(services) as readonly object[]);
  // YAML 1.1 readers take a bare no or yes for a boolean; this version quotes them.
  const document = new Document(
    { name: 'keelson', [SHARED]: hardened, services, volumes },
    { version: '1.1', aliasDuplicateObjects: false },
  );
  const node = document.get(SHARED, true);
  if (!isMap(node)) throw new Error('The shared settings of the containers are no map');
  const shared = document.createAlias(node, 'keelson');
  for (const name of Object.keys(ours)) {
    const settings = document.getIn(['services', name]);
    if (isMap(settings)) settings.items.unshift(new Pair(document.createNode('<<'), shared));
  }
  return document;
}

/** The whole platform for whoever has Docker: `docker compose up --wait`. One image, a command per service. */
export const compose: Renderer = {
  path: 'docker-compose.yml',
  async render({ services, datastores }) {
    const stores = Object.fromEntries(datastores.map((spec) => [spec.name, store(spec)]));
    const ours = {
      ...jobs(),
      ...Object.fromEntries(services.map((service) => [service.name, container(service, services)])),
    };
    return generated.hash + documentOf(stores, ours).toString({ lineWidth: 0 });
  },
};
