import type { CloudEnvironment } from '../environments/environment.ts';

/** An event of Cloudflare's that somebody is told of. */
export interface PlannedPolicy {
  /** Last part of its name. */
  readonly part: string;
  readonly alertType: 'incident_alert' | 'load_balancing_health_alert';
  readonly description: string;
  readonly filters: Readonly<Record<string, string[]>>;
}

/**
 * Incidents of Cloudflare concern the whole account, so production alone tells of them; an origin that fails is told
 * wherever a load balancer looks at it.
 */
export function normalizePolicies<Id>(
  { switches, regions }: CloudEnvironment,
  poolIds: readonly Id[],
): (Omit<PlannedPolicy, 'filters'> & { readonly filters: Readonly<Record<string, (string | Id)[]>> })[] {
  const incidents = {
    part: 'incidents',
    alertType: 'incident_alert' as const,
    description: 'Cloudflare itself is in trouble: names, buckets or the entry may fail',
    filters: { incidentImpacts: ['INCIDENT_IMPACT_MAJOR', 'INCIDENT_IMPACT_CRITICAL'] },
  };
  const origins = {
    part: 'origins',
    alertType: 'load_balancing_health_alert' as const,
    description: 'A region does not answer its health check',
    filters: { poolIds: [...poolIds], newHealths: ['Unhealthy'], eventSources: ['pool'] },
  };
  return [...(switches.production ? [incidents] : []), ...(regions.length > 1 ? [origins] : [])];
}
