import { interpolate, type Input, type Output, type Resource } from '@pulumi/pulumi';
import { services, type ServiceSpec } from '@keelson/catalogue';
import { addressesOf, type Addresses } from '../cloud/addresses.ts';
import type { CloudContext } from '../cloud/context.ts';
import { dataOutputsOf, type DataOutputs } from '../cloud/data-outputs.ts';
import { inStartOrder } from '../components/service-plan.ts';
import { RailwayService } from '../targets/railway/service.ts';
import { CONTAINER_PORT } from '../targets/railway/service-plan.ts';
import { openRailwayTarget } from '../targets/railway/target.ts';

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

/** Everything that changes with a release: services, names, front end. Data comes from the other layer's stack. */
export function appLayer(context: CloudContext): Record<string, unknown> {
  const addresses = addressesOf(context.environment, context.settings);
  const target = openRailwayTarget(context);
  const provided = sharedValues(context, addresses, dataOutputsOf(context));
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
  return {
    api: `https://${addresses.api}`,
    stream: `wss://${addresses.stream}/api/v1/ws`,
    deployments: Object.fromEntries([...made].map(([name, { deployment }]) => [name, deployment.deploymentId])),
  };
}
