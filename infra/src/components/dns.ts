import { DnsRecord } from '@pulumi/cloudflare/dnsRecord.js';
import { all, ComponentResource, output, type Output, type ProviderResource } from '@pulumi/pulumi';
import { addressesOf } from '../cloud/addresses.ts';
import type { CloudContext } from '../cloud/context.ts';
import type { CustomDomain } from '../providers/railway/resources.ts';
import {
  normalizeAppRecord,
  normalizeServiceRecord,
  normalizeVerification,
  type DomainDemand,
  type PlannedRecord,
} from './dns-plan.ts';

/** A domain at Railway with the name that it was asked for. */
export interface PublicDomain {
  readonly domain: string;
  readonly custom: CustomDomain;
  /** True where a load balancer answers for the name, so that no record may. */
  readonly balanced: boolean;
}

export interface DnsArgs {
  readonly context: CloudContext;
  readonly cloudflare: ProviderResource;
  /** By the service that is behind it. */
  readonly domains: ReadonlyMap<string, PublicDomain>;
}

/** The names of an environment in the zone: where they lead, and what proves that they are ours. */
export class Dns extends ComponentResource {
  constructor({ context, cloudflare, domains }: DnsArgs) {
    super('keelson:cloud:Dns', 'dns', {}, { providers: [cloudflare] });
    const { settings, environment } = context;
    for (const [service, { domain, custom, balanced }] of domains) {
      const demand = demandOf(domain, custom);
      if (!balanced) this.#record(service, context, demand.apply(normalizeServiceRecord));
      this.#record(`${service}-verification`, context, demand.apply(normalizeVerification));
    }
    this.#record('app', context, output(normalizeAppRecord(addressesOf(environment, settings))));
    this.registerOutputs({});
  }

  #record(name: string, context: CloudContext, planned: Output<PlannedRecord>): DnsRecord {
    const zoneId = context.settings.cloudflareZone;
    const { type, content, ttl, proxied, comment: managed, name: fullName } = fieldsOf(planned);
    // Whose it is: nothing else on a record says so, and one that an update made and could not note is found by it.
    const comment = managed.apply((words) => `${context.name()}, ${words}`);
    return new DnsRecord(name, { zoneId, type, name: fullName, content, ttl, proxied, comment }, { parent: this });
  }
}

function demandOf(domain: string, custom: CustomDomain): Output<DomainDemand> {
  return all([custom.cnameTarget, custom.verificationHost, custom.verificationToken]).apply(
    ([cnameTarget, verificationHost, verificationToken]) => ({
      domain,
      cnameTarget,
      verificationHost,
      verificationToken,
    }),
  );
}

/** Each field by itself: a resource's inputs are known one by one, so that a preview shows those that are. */
function fieldsOf(planned: Output<PlannedRecord>) {
  const field = <Key extends keyof PlannedRecord>(key: Key): Output<PlannedRecord[Key]> =>
    planned.apply((record) => record[key]);
  return {
    type: field('type'),
    name: field('name'),
    content: field('content'),
    ttl: field('ttl'),
    proxied: field('proxied'),
    comment: field('comment'),
  };
}
