import { LoadBalancer as CloudflareLoadBalancer } from '@pulumi/cloudflare/loadBalancer.js';
import { LoadBalancerMonitor } from '@pulumi/cloudflare/loadBalancerMonitor.js';
import { LoadBalancerPool } from '@pulumi/cloudflare/loadBalancerPool.js';
import { ComponentResource, type Output, type ProviderResource } from '@pulumi/pulumi';
import type { CloudContext } from '../cloud/context.ts';
import type { LoadBalancerPlan } from './load-balancer-plan.ts';

export interface LoadBalancerArgs {
  readonly context: CloudContext;
  readonly cloudflare: ProviderResource;
  readonly plan: LoadBalancerPlan;
  /** The public name that it answers for. */
  readonly domain: string;
  /** Where Railway takes the requests for that name. */
  readonly origin: Output<string>;
}

/**
 * The entry of an environment that runs in several regions. Railway's edge chooses the region that answers; each pool
 * says whether the name is healthy as seen from its part of the world, and lets Cloudflare pass by one that is not.
 */
export class LoadBalancer extends ComponentResource {
  readonly poolIds: readonly Output<string>[];

  constructor({ context, cloudflare, plan, domain, origin }: LoadBalancerArgs) {
    super('keelson:cloud:LoadBalancer', 'load-balancer', {}, { providers: [cloudflare] });
    const { settings, name } = context;
    const place = { parent: this };
    const accountId = settings.cloudflareAccount;
    const header = { Host: [domain] };
    const monitor = new LoadBalancerMonitor(
      'health',
      { accountId, type: 'https', method: 'GET', header, description: name('health'), ...plan.monitor },
      place,
    );
    const pools = plan.pools.map(({ region, checkedFrom }) => {
      const origins = [{ name: region, address: origin, enabled: true, weight: 1, header: { hosts: [domain] } }];
      return new LoadBalancerPool(
        region,
        { accountId, name: name(region), origins, monitor: monitor.id, checkRegions: [checkedFrom], enabled: true },
        place,
      );
    });
    this.poolIds = pools.map(({ id }) => id);
    const [home] = this.poolIds;
    if (home === undefined) throw new Error('A load balancer needs at least one region');
    const byRegion = plan.pools.map(
      ({ checkedFrom }, index) => [checkedFrom, [this.poolIds[index] ?? home]] as [string, Output<string>[]],
    );
    new CloudflareLoadBalancer(
      'entry',
      {
        zoneId: settings.cloudflareZone,
        name: domain,
        // Whose it is: its name is the domain's.
        description: name('entry'),
        defaultPools: [...this.poolIds],
        fallbackPool: home,
        regionPools: Object.fromEntries(byRegion),
        steeringPolicy: 'geo',
        proxied: true,
      },
      place,
    );
    this.registerOutputs({});
  }
}
