import { Provider as CloudflareProvider } from '@pulumi/cloudflare/provider.js';
import { Provider as GithubProvider } from '@pulumi/github/provider.js';
import { interpolate, secret, type Input, type Output, type Resource } from '@pulumi/pulumi';
import { Provider as VercelProvider } from '@pulumiverse/vercel/provider.js';
import { services, type ServiceSpec } from '@keelson/catalogue';
import { addressesOf, type Addresses } from '../cloud/addresses.ts';
import type { CloudContext } from '../cloud/context.ts';
import { dataOutputsOf, type DataOutputs } from '../cloud/data-outputs.ts';
import { Dns, type PublicDomain } from '../components/dns.ts';
import { Frontend } from '../components/frontend.ts';
import { LoadBalancer } from '../components/load-balancer.ts';
import { normalizeLoadBalancer } from '../components/load-balancer-plan.ts';
import { Notifications } from '../components/notifications.ts';
import { Repository } from '../components/repository.ts';
import { inStartOrder } from '../components/service-plan.ts';
import { RailwayService } from '../targets/railway/service.ts';
import { CONTAINER_PORT } from '../targets/railway/service-plan.ts';
import { openRailwayTarget, type RailwayTarget } from '../targets/railway/target.ts';

/** Brings the schema to the newest version before the new version of the service that has it starts. */
const MIGRATE = 'node libs/base/persistence/src/migrate.ts up';
/** Private, and exactly one: nothing else gets the owner's password, and nothing migrates twice. */
const MIGRATES = 'beat';

/** Values for the variables that services share. A service takes those that its schema names. */
function sharedValues(
  { environment, settings }: CloudContext,
  addresses: Addresses,
  data: Output<DataOutputs>,
): Record<string, Input<string>> {
  const { database } = data;
  return {
    KEELSON_ENVIRONMENT: environment.name,
    KEELSON_VERSION: settings.image.slice(-12),
    DATABASE_URL: database.url,
    DATABASE_DIRECT_URL: database.sessionUrl,
    DATABASE_ADMIN_URL: database.adminUrl,
    DATABASE_APP_PASSWORD: database.appPassword,
    REDIS_URL: data.cacheUrl,
    AUTH_ISSUER: database.issuer,
    AUTH_JWKS_URL: interpolate`${database.issuer}/.well-known/jwks.json`,
    CORS_ORIGINS: `https://${addresses.app}`,
    STREAM_URL: `wss://${addresses.stream}/api/v1/ws`,
    PAPER_BROKER_URL: `http://paper-broker.railway.internal:${CONTAINER_PORT}`,
    PAPER_LOG_FILE: '/var/lib/keelson/venue.log',
    LIVE_TRADING: environment.switches.liveTrading ? 'on' : 'off',
  };
}

/** The public name of a service that people reach; undefined for the others. */
function domainOf({ name, exposure }: ServiceSpec, addresses: Addresses): string | undefined {
  if (exposure !== 'public') return undefined;
  return name === 'stream-gateway' ? addresses.stream : addresses.api;
}

/** The names by which people reach the services, and whom Cloudflare tells of what. */
function names(context: CloudContext, made: ReadonlyMap<string, RailwayService>): void {
  const { settings, environment } = context;
  const cloudflare = new CloudflareProvider('cloudflare', { apiToken: secret(settings.cloudflareToken) });
  const addresses = addressesOf(environment, settings);
  const plan = normalizeLoadBalancer(environment);
  const domains = new Map(
    [...made].flatMap(([service, { domain: custom, spec }]): [string, PublicDomain][] => {
      const domain = domainOf(spec, addresses);
      if (!custom || domain === undefined) return [];
      return [[service, { domain, custom, balanced: plan !== undefined && domain === addresses.api }]];
    }),
  );
  new Dns({ context, cloudflare, domains });
  const balanced = [...domains.values()].find((domain) => domain.balanced);
  const balancer =
    plan &&
    balanced &&
    new LoadBalancer({
      ...{ context, cloudflare, plan },
      domain: balanced.domain,
      origin: balanced.custom.cnameTarget,
    });
  new Notifications(context, cloudflare, balancer?.poolIds);
}

/** The page under the app's name. Its team is part of each resource: a provider with a team calls Vercel to be configured. */
function frontend(context: CloudContext, { database }: Output<DataOutputs>): void {
  const vercel = new VercelProvider('vercel', { apiToken: secret(context.settings.vercelToken) });
  new Frontend({ context, vercel, issuer: database.issuer, publishableKey: database.publishableKey });
}

/** What a pipeline gets to deploy with. */
function pipeline(context: CloudContext, { projectId, environmentId, deployToken }: RailwayTarget): void {
  const { environment, settings } = context;
  const { githubToken, githubOwner: owner } = settings;
  const github = new GithubProvider('github', { token: secret(githubToken), owner });
  const { api, app } = addressesOf(environment, settings);
  const variables = {
    RAILWAY_PROJECT_ID: projectId,
    RAILWAY_ENVIRONMENT_ID: environmentId,
    API_URL: `https://${api}`,
    APP_URL: `https://${app}`,
  };
  new Repository({ context, github, deployToken, variables });
}

/** Everything that changes with a release: services, names, front end. Data comes from the other layer's stack. */
export function appLayer(context: CloudContext): Record<string, unknown> {
  const addresses = addressesOf(context.environment, context.settings);
  const target = openRailwayTarget(context);
  const data = dataOutputsOf(context);
  const provided = sharedValues(context, addresses, data);
  const made = new Map<string, RailwayService>();
  const migrating = services.filter(({ name }) => name === MIGRATES);
  // The one that migrates goes first: no version meets a schema that is older than itself.
  for (const spec of [...migrating, ...inStartOrder(services).filter(({ name }) => name !== MIGRATES)]) {
    const waitsFor = spec.name === MIGRATES ? [] : [MIGRATES, ...spec.after];
    const after: Resource[] = waitsFor.flatMap((name) => made.get(name)?.deployment ?? []);
    const domain = domainOf(spec, addresses);
    const service = new RailwayService({
      ...{ spec, target, provided, after },
      ...(spec.name === MIGRATES && { preDeployCommand: MIGRATE }),
      ...(domain !== undefined && { domain }),
    });
    made.set(spec.name, service);
  }
  names(context, made);
  frontend(context, data);
  pipeline(context, target);
  return {
    app: `https://${addresses.app}`,
    api: `https://${addresses.api}`,
    stream: `wss://${addresses.stream}/api/v1/ws`,
    deployments: Object.fromEntries([...made].map(([name, { deployment }]) => [name, deployment.deploymentId])),
  };
}
