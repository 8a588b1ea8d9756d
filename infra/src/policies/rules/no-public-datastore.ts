import { services } from '@keelson/catalogue';
import type { Rule } from '../rule.ts';

/** What would open a store, or a service that is nobody's business, to everybody. */
const OPENS_STORES = new Set([
  'railway:index:TcpProxy',
  'cloudflare:index/r2ManagedDomain:R2ManagedDomain',
  'cloudflare:index/r2CustomDomain:R2CustomDomain',
]);
const STORE_PORTS = new Set([5_432, 6_379, 6_543, 9_000]);

/** People reach the services that the catalogue calls public, and nothing else. */
export const noPublicDatastore: Rule = {
  name: 'no-public-datastore',
  description: 'Only services that the catalogue calls public have a public name',
  fix: 'take the name or proxy away; services reach each other in the private network',
  check({ type, name, properties }) {
    if (OPENS_STORES.has(type)) return ['it opens a store to everybody'];
    if (type !== 'railway:index:CustomDomain') return [];
    const service = services.find((spec) => spec.name === name);
    if (service?.exposure !== 'public') return [`${name} is not public in the catalogue`];
    const port = Number(properties['targetPort']);
    return STORE_PORTS.has(port) ? [`${port} is the port of a datastore`] : [];
  },
};
