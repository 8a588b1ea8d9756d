import { z } from 'zod';
import type { VendorPlace } from '../providers/vendor/context.ts';
import { RestApi } from '../providers/vendor/rest.ts';
import { lookUpBy, type Found, type LookUp, type LookUps } from './look-up.ts';

const text = z.string();

/** What is asked of each thing in a list. Source: developers.cloudflare.com/api. */
const listed = z.object({
  id: text,
  name: text.nullish(),
  type: text.nullish(),
  comment: text.nullish(),
  description: text.nullish(),
});

/** Cloudflare's API, as far as it is asked here. */
class Cloudflare {
  readonly #api: RestApi;

  constructor(token: string, { pace, baseUrl = 'https://api.cloudflare.com/client/v4' }: VendorPlace) {
    this.#api = new RestApi({
      ...{ vendor: 'Cloudflare', baseUrl, pace, authorization: { authorization: `Bearer ${token}` } },
      tokenHint:
        'Make a new token and set it: `pulumi config set --secret keelson:cloudflareToken`, which asks for it.',
    });
  }

  find<Answer>(what: string, path: string, answer: z.ZodType<Answer>): Promise<Answer | undefined> {
    return this.#api.find({ what: `look for ${what}`, method: 'GET', path, repeatable: true, answer });
  }

  async list(what: string, path: string): Promise<readonly z.output<typeof listed>[]> {
    return (await this.find(what, path, z.object({ result: z.array(listed).nullish() })))?.result ?? [];
  }
}

/** Of an account, with a name of ours in a field that Cloudflare lists: nobody else's name has the installation. */
function ofAccount(api: Cloudflare, what: string, path: string, field: 'name' | 'description'): LookUp {
  return lookUpBy(z.object({ accountId: text, [field]: text }), async (key): Promise<Found[]> => {
    const { accountId, [field]: wanted } = key as Record<string, string>;
    const all = await api.list(`${what} "${wanted}"`, `/accounts/${accountId}${path}`);
    return all
      .filter((one) => one[field] === wanted)
      .map(({ id }) => ({
        ...{ importId: `${accountId}/${id}`, stateId: id, ours: true, what: `${what} "${wanted}" (${id})` },
        fix: 'delete it at Cloudflare',
      }));
  });
}

/** Of the zone, under a name that anybody may have taken: whose it is stands in a field for words. */
function ofZone(api: Cloudflare, what: string, path: string, field: 'comment' | 'description'): LookUp {
  return lookUpBy(z.object({ zoneId: text, name: text, [field]: text }), async (key, { type }): Promise<Found[]> => {
    const { zoneId, name = '', [field]: mark } = key as Record<string, string>;
    const query = new URLSearchParams({ 'name.exact': name, ...(typeof type === 'string' && { type }) });
    const all = await api.list(`${what} ${name}`, `/zones/${zoneId}/${path}?${query}`);
    return all
      .filter((one) => one.name === name && (type === undefined || one.type === type))
      .map((one) => ({
        ...{ importId: `${zoneId}/${one.id}`, stateId: one.id, ours: one[field] === mark },
        what: `${what} ${typeof type === 'string' ? `${type} ` : ''}${name} (${one.id})`,
        fix: `delete it at Cloudflare; or, if the program shall have it, give it the ${field} "${mark}"`,
      }));
  });
}

function bucket(api: Cloudflare): LookUp {
  return lookUpBy(z.object({ accountId: text, name: text }), async ({ accountId, name }) => {
    const answer = z.object({ result: z.object({ name: text, jurisdiction: text.default('default') }) });
    const what = `the bucket "${name}"`;
    const found = await api.find(what, `/accounts/${accountId}/r2/buckets/${encodeURIComponent(name)}`, answer);
    if (!found) return [];
    const importId = `${accountId}/${name}/${found.result.jurisdiction}`;
    return [{ importId, stateId: name, ours: true, what, fix: 'delete it at Cloudflare' }];
  });
}

/** Looks with the token of the stack; reads only. */
export function cloudflareLookUps(token: string, place: VendorPlace): LookUps {
  const api = new Cloudflare(token, place);
  const balancing = '/load_balancers';
  const policies = '/alerting/v3/policies';
  return {
    'cloudflare:index/r2Bucket:R2Bucket': bucket(api),
    'cloudflare:index/dnsRecord:DnsRecord': ofZone(api, 'the DNS record', 'dns_records', 'comment'),
    'cloudflare:index/loadBalancer:LoadBalancer': ofZone(api, 'the load balancer', 'load_balancers', 'description'),
    'cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor': ofAccount(
      ...([api, 'the monitor', `${balancing}/monitors`, 'description'] as const),
    ),
    'cloudflare:index/loadBalancerPool:LoadBalancerPool': ofAccount(api, 'the pool', `${balancing}/pools`, 'name'),
    'cloudflare:index/notificationPolicy:NotificationPolicy': ofAccount(
      ...([api, 'the notification policy', policies, 'name'] as const),
    ),
  };
}
