import { join } from 'node:path';
import type { Input, Resource } from '@pulumi/pulumi';
import { instancePort, type ServiceSpec } from '@keelson/catalogue';
import { Service } from '../components/service.ts';
import { inStartOrder } from '../components/service-plan.ts';
import type { LocalTarget } from '../targets/local/target.ts';
import type { DataLayer } from './local-data.ts';

type Values = Record<string, Input<string>>;

/** Values for the variables that services share. A service takes those that its schema names. */
function sharedValues(target: LocalTarget, data: DataLayer, specs: readonly ServiceSpec[]): Values {
  const addressOf = (service: string): Values[string] | undefined => {
    const spec = specs.find(({ name }) => name === service);
    return spec && `127.0.0.1:${instancePort(spec, target.settings.portBase, 0)}`;
  };
  const venue = addressOf('paper-broker');
  const gateway = addressOf('stream-gateway');
  return {
    KEELSON_ENVIRONMENT: 'local',
    DATABASE_URL: data.credentials.databaseUrl,
    REDIS_URL: data.credentials.redisUrl,
    AUTH_JWKS: data.credentials.jwks,
    AUTH_ISSUER: 'keelson',
    AUTH_AUDIENCE: 'authenticated',
    PAPER_LOG_FILE: join(target.folders.venue, 'venue.log'),
    ...(venue ? { PAPER_BROKER_URL: `http://${String(venue)}` } : {}),
    ...(gateway ? { STREAM_URL: `ws://${String(gateway)}/api/v1/ws` } : {}),
  };
}

/** All services of the catalogue, each after what it needs and waits for. */
export function appLayer(target: LocalTarget, data: DataLayer, specs: readonly ServiceSpec[]): readonly Service[] {
  const provided = sharedValues(target, data, specs);
  const services = new Map<string, Service>();
  for (const spec of inStartOrder(specs)) {
    const stores = [
      ...(spec.needs.includes('postgres') ? [data.database] : []),
      ...(spec.needs.includes('redis') ? [data.cache] : []),
    ];
    const others = spec.after.flatMap((name) => services.get(name) ?? []);
    const dependsOn: Resource[] = [
      ...stores.flatMap(({ ready }) => ready),
      ...others.flatMap(({ instances }) => instances),
    ];
    const after = [
      ...stores.flatMap(({ instances }) => instances),
      ...others.flatMap(({ plan }) => plan.instances.map(({ name }) => name)),
    ];
    const replicas = target.replicas[spec.name] ?? spec.scaling.replicas;
    services.set(spec.name, new Service({ spec, replicas, target, provided, dependsOn, after }));
  }
  return [...services.values()];
}
