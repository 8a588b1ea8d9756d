import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { UNKNOWN, type Properties, type Property } from '../plugin/wire.ts';
import { makeOnce } from '../vendor/make-once.ts';
import type { RailwayApi } from './api.ts';
import * as operations from './operations.ts';
import { deleted } from './project.ts';

const inputs = z.strictObject({
  projectId: z.string().min(1),
  environmentId: z.string().min(1),
  serviceId: z.string().min(1),
  domain: z.string().min(3),
  targetPort: z.int().min(1).max(65_535),
});
type DomainInputs = z.infer<typeof inputs>;

const customDomain = z.object({
  id: z.string(),
  domain: z.string(),
  targetPort: z.number().nullable(),
  status: z.object({
    verified: z.boolean(),
    verificationDnsHost: z.string().nullable(),
    verificationToken: z.string().nullable(),
    dnsRecords: z.array(z.object({ fqdn: z.string(), requiredValue: z.string(), recordType: z.string() })),
  }),
});
type CustomDomain = z.infer<typeof customDomain>;

async function all(api: RailwayApi, wanted: DomainInputs, signal: AbortSignal): Promise<readonly CustomDomain[]> {
  const { projectId, environmentId, serviceId } = wanted;
  const answer = await api.find({
    what: 'list the domains of the service',
    query: operations.domainsQuery,
    variables: { projectId, environmentId, serviceId },
    answer: z.object({ domains: z.object({ customDomains: z.array(customDomain) }) }),
    repeatable: true,
    signal,
  });
  return answer?.domains.customDomains ?? [];
}

/** What Railway tells, else what it told before, else nothing: `null` for good, an empty text while it may still come. */
function proof(told: string | null, before: Property | undefined, verified: boolean): Property {
  return told ?? (before || (verified ? null : ''));
}

/** What the DNS zone must have: where the name leads, and what proves that it is ours. */
function outputsOf({ id, domain, status }: CustomDomain, before: Properties = {}): Properties {
  const { verified, verificationDnsHost: host, verificationToken: token } = status;
  const target = status.dnsRecords.find(({ recordType }) => recordType === 'DNS_RECORD_TYPE_CNAME');
  return {
    domainId: id,
    domain,
    cnameTarget: target?.requiredValue ?? '',
    // The record of a proof that is asked for no more stays: it is there, and does no harm.
    verificationHost: proof(host, before['verificationHost'], verified),
    verificationToken: proof(token, before['verificationToken'], verified),
  };
}

const COMPUTED = ['domainId', 'cnameTarget', 'verificationHost', 'verificationToken'];

/** A name of ours for a public service. Railway waits for the DNS records; they are made from its outputs. */
export const customDomainHandler: ResourceHandler<RailwayApi, DomainInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['projectId', 'environmentId', 'serviceId', 'domain'],
  planned: async (_api, wanted, before) => ({
    ...Object.fromEntries(COMPUTED.map((name) => [name, before?.[name] ?? UNKNOWN])),
    domain: wanted['domain'] ?? null,
  }),
  async create(api, wanted, { signal }) {
    const made = await makeOnce(
      api.pace,
      async () => (await all(api, wanted, signal)).find(({ domain }) => domain === wanted.domain),
      async () => {
        const { customDomainCreate } = await api.run({
          what: `add the domain ${wanted.domain}`,
          query: operations.domainCreate,
          variables: { input: wanted },
          answer: z.object({ customDomainCreate: customDomain }),
          repeatable: false,
          signal,
        });
        return customDomainCreate;
      },
      signal,
    );
    return { id: made.id, outputs: outputsOf(made) };
  },
  async update(api, { environmentId, targetPort, domain }, before, { id, signal }) {
    await api.run({
      what: `change the domain ${domain}`,
      query: operations.domainUpdate,
      variables: { id, environmentId, targetPort },
      answer: z.object({ customDomainUpdate: z.literal(true) }),
      repeatable: true,
      signal,
    });
    return before;
  },
  async read(api, wanted, before, { id, signal }) {
    const found = (await all(api, wanted, signal)).find((candidate) => candidate.id === id);
    if (!found) return undefined;
    const targetPort = found.targetPort ?? wanted.targetPort;
    return { inputs: { ...wanted, domain: found.domain, targetPort }, outputs: outputsOf(found, before) };
  },
  delete: (api, { domain }, _before, work) =>
    deleted(api, `remove the domain ${domain}`, operations.domainDelete, { id: work.id }, work),
};
