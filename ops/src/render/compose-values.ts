import type { DatastoreSpec, ServiceSpec } from '@keelson/catalogue';
import { variablesOf } from './environment.ts';

/** Port that every container listens on; only the published one differs. */
export const CONTAINER_PORT = 8_080;

/** Port base of the published ports, as with `npm start`. */
export const PORT_BASE = 3_000;

/** Where a container may write what outlives it. */
export const STATE_FOLDER = '/var/lib/keelson';

/** Where the keys of the stack are mounted: made by the job `keys`, read by Node as it starts. */
export const KEYS_FOLDER = '/run/keelson';
export const PUBLIC_KEYS_FILE = `${KEYS_FOLDER}/services.env`;
export const DEMO_KEYS_FILE = `${KEYS_FOLDER}/demo.env`;

/** Compose reads the text between `${` and `}` from the environment or .env; the defaults are for this machine only. */
const appPassword = `\${KEELSON_APP_PASSWORD:-keelson-local}`;
const ownerPassword = `\${KEELSON_OWNER_PASSWORD:-keelson-local}`;

const adminUrl = `postgres://keelson:${ownerPassword}@postgres:5432/keelson`;
const appUrl = `postgres://keelson_app:${appPassword}@postgres:5432/keelson`;

/** What the jobs on the schema get: they own it, services do not. */
export const ownerEnvironment = { DATABASE_ADMIN_URL: adminUrl, DATABASE_APP_PASSWORD: appPassword } as const;

function portOf(name: string, services: readonly ServiceSpec[]): number | undefined {
  const found = services.find((service) => service.name === name);
  return found && PORT_BASE + found.portOffset;
}

/** Values of the variables that differ between a container and a process on a developer's machine. */
function values(services: readonly ServiceSpec[]): Readonly<Record<string, string>> {
  return {
    PORT: String(CONTAINER_PORT),
    HOST: '0.0.0.0',
    KEELSON_ENVIRONMENT: 'local',
    DATABASE_URL: appUrl,
    REDIS_URL: 'redis://redis:6379',
    PAPER_BROKER_URL: `http://paper-broker:${CONTAINER_PORT}`,
    PAPER_LOG_FILE: `${STATE_FOLDER}/venue.jsonl`,
    STREAM_URL: `ws://127.0.0.1:${portOf('stream-gateway', services) ?? CONTAINER_PORT}/api/v1/ws`,
  };
}

/** The environment of a service's container; throws when a required variable has no value here. */
export function containerEnvironment(
  service: ServiceSpec,
  services: readonly ServiceSpec[],
): Readonly<Record<string, string>> {
  const known = values(services);
  const variables = variablesOf(service);
  const unknown = variables.filter(({ name, required }) => required && !(name in known)).map(({ name }) => name);
  if (unknown.length > 0) {
    throw new Error(`Compose has no value for ${unknown.join(', ')} of ${service.name}; add it to compose-values.ts`);
  }
  const given = variables.flatMap(({ name }) => (name in known ? [[name, known[name]!] as const] : []));
  return Object.fromEntries(given);
}

/** True when a service verifies access tokens and so needs the public keys of the stack. */
export function verifiesTokens(service: ServiceSpec): boolean {
  return variablesOf(service).some(({ name }) => name === 'AUTH_JWKS');
}

/** How each store is run in a container: its environment, command, health check and folder of data. */
export function storeSettings(name: DatastoreSpec['name']): {
  readonly port: number;
  readonly settings: object;
  readonly volume: string;
} {
  if (name === 'postgres') {
    return {
      port: 5_432,
      volume: 'postgres:/var/lib/postgresql',
      settings: {
        environment: { POSTGRES_USER: 'keelson', POSTGRES_PASSWORD: ownerPassword, POSTGRES_DB: 'keelson' },
        // The socket answers while initdb still runs; TCP only answers when the database is really up.
        healthcheck: healthcheck(['CMD', 'pg_isready', '-h', '127.0.0.1', '-U', 'keelson', '-d', 'keelson']),
      },
    };
  }
  return {
    port: 6_379,
    volume: 'redis:/data',
    settings: {
      command: ['redis-server', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'],
      healthcheck: healthcheck(['CMD', 'redis-cli', 'ping']),
    },
  };
}

/** A check that finds out soon that a container is up, and forgives a slow machine. */
export function healthcheck(test: readonly string[]): object {
  return { test, interval: '2s', timeout: '3s', retries: 30, start_period: '5s' };
}
