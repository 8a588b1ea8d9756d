import type { EmulatedAnswer } from '../../emulator/http-emulator.ts';
import type { DoubledVendor, Kept } from '../double.ts';
import { DoubledRest } from './rest.ts';

const ok = (result: unknown): EmulatedAnswer => ({
  status: 200,
  body: { success: true, errors: [], messages: [], result },
});

/** Cloudflare writes what it answers in its own case; the names are those of its API, not of the package. */
const shown = ({ id, inputs }: Kept, ...names: string[]): object => ({
  id,
  ...Object.fromEntries(names.map((name) => [name, inputs[name] ?? null])),
});

/** Source of paths and forms: developers.cloudflare.com/api. */
export function cloudflareRest(vendor: DoubledVendor, token: string): DoubledRest {
  const of = (type: string, owner: 'accountId' | 'zoneId', id: string): Kept[] =>
    vendor.ofType(`cloudflare:index/${type}`).filter(({ inputs }) => inputs[owner] === id);
  const failure = (status: number, message: string): EmulatedAnswer => ({
    status,
    body: { success: false, errors: [{ code: 10_000 + status, message }], messages: [], result: null },
  });
  return new DoubledRest({
    ...{ name: vendor.name, token, failure },
    routes: [
      [
        'GET /accounts/:account/r2/buckets/:name',
        (_request, account = '', name) => {
          const bucket = of('r2Bucket:R2Bucket', 'accountId', account).find(({ id }) => id === name);
          const { storageClass, jurisdiction, creationDate } = bucket?.computed ?? {};
          const told = { storage_class: storageClass, jurisdiction, creation_date: creationDate };
          return bucket ? ok({ name, ...told }) : failure(404, 'The specified bucket does not exist.');
        },
      ],
      [
        'GET /zones/:zone/dns_records',
        ({ query }, zone = '') =>
          ok(
            of('dnsRecord:DnsRecord', 'zoneId', zone)
              .filter(
                ({ inputs }) => inputs['name'] === query.get('name.exact') && inputs['type'] === query.get('type'),
              )
              .map((kept) => shown(kept, 'name', 'type', 'content', 'ttl', 'proxied', 'comment')),
          ),
      ],
      [
        'GET /zones/:zone/load_balancers',
        (_request, zone = '') =>
          ok(
            of('loadBalancer:LoadBalancer', 'zoneId', zone).map((kept) =>
              shown(kept, 'name', 'description', 'proxied'),
            ),
          ),
      ],
      [
        'GET /accounts/:account/load_balancers/monitors',
        (_request, account = '') =>
          ok(
            of('loadBalancerMonitor:LoadBalancerMonitor', 'accountId', account).map((kept) =>
              shown(kept, 'description', 'type', 'path'),
            ),
          ),
      ],
      [
        'GET /accounts/:account/load_balancers/pools',
        (_request, account = '') =>
          ok(
            of('loadBalancerPool:LoadBalancerPool', 'accountId', account).map((kept) => shown(kept, 'name', 'monitor')),
          ),
      ],
      [
        'GET /accounts/:account/alerting/v3/policies',
        (_request, account = '') =>
          ok(
            of('notificationPolicy:NotificationPolicy', 'accountId', account).map((kept) =>
              shown(kept, 'name', 'description', 'enabled'),
            ),
          ),
      ],
    ],
  });
}
