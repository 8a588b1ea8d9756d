import { services, type ServiceSpec } from '@keelson/catalogue';
import type { DomainState } from '../railway/world.ts';
import type { SupabaseProject } from '../supabase/world.ts';
import { found, keptOf, must, type Life } from './life.ts';

const MIGRATES = /migrate\.ts up$/;
const EVERYBODY = ['0.0.0.0/0', '::/0'];

/** A process of a service, as it runs at Railway. */
export interface Container {
  readonly spec: ServiceSpec;
  readonly serviceId: string;
  readonly environmentId: string;
  /** What its newest healthy deployment was given, not what is set now. */
  readonly variables: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What a name leads to in the zone, without a proxy in between. */
export function canonicalName(life: Life, name: string): string {
  const records = keptOf(life, 'cloudflare', 'cloudflare:index/dnsRecord:DnsRecord');
  const record = records.find(({ inputs }) => inputs['type'] === 'CNAME' && inputs['name'] === name);
  return String(found(record, `${name} is not in the zone`).inputs['content']);
}

export function textAt(life: Life, name: string): string {
  const records = keptOf(life, 'cloudflare', 'cloudflare:index/dnsRecord:DnsRecord');
  const record = records.find(({ inputs }) => inputs['type'] === 'TXT' && inputs['name'] === name);
  return String(found(record, `${name} has no text in the zone`).inputs['content']);
}

/** The running process of a service; its start refuses a configuration that its schema in the catalogue refuses. */
export function containerOf({ vendors }: Life, name: string): Container {
  const { world } = vendors.railway;
  const spec = found(
    services.find((service) => service.name === name),
    `the catalogue has no ${name}`,
  );
  const service = found(
    [...world.services.values()].find((one) => one.name === name),
    `Railway has no service ${name}`,
  );
  const [environment] = found(world.projects.get(service.projectId), `Railway has no project of ${name}`).environments;
  const environmentId = found(environment, 'the project has no environment').id;
  const running = found(world.running(service.id, environmentId), `no deployment of ${name} is healthy`);
  const parsed = spec.env.safeParse(running.variables);
  if (!parsed.success) {
    const missing = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new Error(`${name} ends at its start: its configuration lacks ${missing}`);
  }
  const { settings } = world.instanceOf(service.id, environmentId);
  must(settings['startCommand'] === `node ${spec.entry}`, `nobody told Railway how ${name} starts`);
  return { spec, serviceId: service.id, environmentId, variables: running.variables, settings };
}

function domainNamed({ vendors }: Life, name: string): DomainState {
  const domain = [...vendors.railway.world.domains.values()].find((one) => one.domain === name);
  return found(domain, `Railway serves no ${name}`);
}

/** The process that answers at a public name, found as a browser finds it. */
export function reached(life: Life, name: string): Container {
  const target = canonicalName(life, name);
  const domain = domainNamed(life, name);
  must(target === `${domain.id.slice(0, 8)}.up.railway.app`, `${name} leads to ${target}, which is not its place`);
  const service = life.vendors.railway.world.services.get(domain.serviceId);
  const container = containerOf(life, found(service, `${name} leads to a service that is gone`).name);
  must(container.variables['PORT'] === String(domain.targetPort), `${name} leads to a port that nobody listens at`);
  return container;
}

/** Railway makes a certificate only for a name whose zone holds its proof. */
export function certified(life: Life, name: string): void {
  const domain = domainNamed(life, name);
  const told = textAt(life, `_railway-verify.${name}`);
  must(told === `railway-verify=${domain.id.replaceAll('-', '')}`, `the proof for ${name} is another one's`);
}

/** The process behind a name of the private network. */
export function reachedPrivately(life: Life, host: string, port: string): Container {
  const { world } = life.vendors.railway;
  const endpoint = [...world.endpoints.values()].find(({ dnsName }) => dnsName === host);
  const service = world.services.get(found(endpoint, `${host} has no address in the private network`).serviceId);
  const container = containerOf(life, found(service, `${host} leads to a service that is gone`).name);
  must(container.variables['PORT'] === port, `nobody listens at ${host}:${port}`);
  must(container.variables['HOST'] === '::', `${host} does not listen where the private network speaks`);
  return container;
}

function projectOfRole({ vendors }: Life, user: string): { project: SupabaseProject; role: string } {
  const [role = '', ref = ''] = user.split('.');
  return { project: found(vendors.supabase.world.projects.get(ref), `there is no database ${ref}`), role };
}

/** The password that a role has: the owner's is the project's, the services' one is what the migration gave it. */
function passwordOf(life: Life, project: SupabaseProject, role: string): string {
  if (role === 'postgres') return project.password;
  must(role === 'keelson_app', `the database has no role ${role}`);
  const { variables } = migration(life);
  return String(variables['DATABASE_APP_PASSWORD']);
}

/** The container that migrated: with the owner's own connection, before any process of the new version started. */
export function migration(life: Life): Container {
  const { world } = life.vendors.railway;
  const migrating = [...world.services.values()]
    .map(({ name }) => name)
    .find((name) => MIGRATES.test(preDeployOf(life, name)));
  const container = containerOf(life, found(migrating, 'no service migrates the database before it starts'));
  connected(life, container, 'DATABASE_ADMIN_URL');
  must((container.variables['DATABASE_APP_PASSWORD'] ?? '') !== '', 'the migration gives keelson_app no password');
  return container;
}

function preDeployOf({ vendors }: Life, name: string): string {
  const { world } = vendors.railway;
  const entry = [...world.instances].find(([key]) => world.services.get(key.split('/')[0] ?? '')?.name === name);
  const commands = entry?.[1].settings['preDeployCommand'];
  return Array.isArray(commands) ? commands.map(String).join(' && ') : '';
}

/** A connection to Postgres as a process opens it; answers the project that it ends at. */
export function connected(life: Life, { spec, variables }: Container, variable: string): SupabaseProject {
  const url = new URL(found(variables[variable], `${spec.name} has no ${variable}`));
  const { project, role } = projectOfRole(life, decodeURIComponent(url.username));
  must(url.hostname === `aws-0-${project.region}.pooler.supabase.com`, `${url.hostname} is not its pooler`);
  must(['6543', '5432'].includes(url.port), `the pooler does not listen at ${url.port}`);
  const { dbAllowedCidrs, dbAllowedCidrsV6 } = project.network;
  must(
    [...dbAllowedCidrs, ...dbAllowedCidrsV6].some((range) => EVERYBODY.includes(range)),
    `the database takes no connection from Railway`,
  );
  must(url.searchParams.get('sslmode') === 'require', `${spec.name} would speak to the database in clear text`);
  must(decodeURIComponent(url.password) === passwordOf(life, project, role), `the password of ${role} is another one`);
  return project;
}

/** A connection to Redis as a process opens it. */
export function carried({ vendors }: Life, { spec, variables }: Container): void {
  const url = new URL(found(variables['REDIS_URL'], `${spec.name} has no REDIS_URL`));
  must(url.protocol === 'rediss:', `${spec.name} would speak to Redis in clear text`);
  const database = [...vendors.upstash.databases.values()].find(({ endpoint }) => endpoint === url.hostname);
  const { password, tls } = found(database, `there is no Redis at ${url.hostname}`);
  must(tls && decodeURIComponent(url.password) === password, `Redis refuses ${spec.name}`);
}
