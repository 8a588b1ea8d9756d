import type { Resolvers } from '../graphql.ts';
import type { DomainState, RailwayWorld } from '../world.ts';
import { found, type Input, text } from './values.ts';

function domainView(world: RailwayWorld, domain: DomainState): object {
  const [hostlabel = '', ...zone] = domain.domain.split('.');
  const verified = world.isVerified(domain);
  const record = {
    hostlabel,
    fqdn: domain.domain,
    zone: zone.join('.'),
    requiredValue: `${domain.id.slice(0, 8)}.up.railway.app`,
    recordType: 'DNS_RECORD_TYPE_CNAME',
    status: verified ? 'DNS_RECORD_STATUS_PROPAGATED' : 'DNS_RECORD_STATUS_REQUIRES_UPDATE',
  };
  const status = {
    verified,
    verificationDnsHost: `_railway-verify.${hostlabel}`,
    verificationToken: `railway-verify=${domain.id.replaceAll('-', '')}`,
    certificateStatus: verified ? 'CERTIFICATE_STATUS_TYPE_VALID' : 'CERTIFICATE_STATUS_TYPE_VALIDATING_OWNERSHIP',
    dnsRecords: [record],
  };
  return { ...domain, status };
}

export function domainResolvers(world: RailwayWorld): Resolvers {
  const domainOf = (id: unknown): DomainState => found(world.domains.get(text(id)), 'Custom domain');
  return {
    domains: ({ serviceId, environmentId }) => {
      world.instanceOf(text(serviceId), text(environmentId));
      const ours = [...world.domains.values()].filter(
        (one) => one.serviceId === serviceId && one.environmentId === environmentId,
      );
      return { customDomains: ours.map((one) => domainView(world, one)) };
    },
    customDomainCreate: ({ input }) => {
      const { domain, projectId, environmentId, serviceId, targetPort } = input as Input;
      world.instanceOf(text(serviceId), text(environmentId));
      if ([...world.domains.values()].some((one) => one.domain === domain)) throw new Error('Domain is not available');
      const made: DomainState = {
        id: world.newId(),
        domain: text(domain),
        projectId: text(projectId),
        environmentId: text(environmentId),
        serviceId: text(serviceId),
        targetPort: targetPort === undefined ? null : Number(targetPort),
        createdAt: world.pace.now(),
      };
      world.domains.set(made.id, made);
      return domainView(world, made);
    },
    customDomainUpdate: ({ id, targetPort }) => {
      domainOf(id).targetPort = Number(targetPort);
      return true;
    },
    customDomainDelete: ({ id }) => world.domains.delete(domainOf(id).id),
  };
}
