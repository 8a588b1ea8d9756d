import { regions } from '../cloud/regions.ts';
import type { CloudEnvironment, RegionName } from '../environments/environment.ts';

/** What Cloudflare is asked for where an environment runs in more than one region. */
export interface LoadBalancerPlan {
  /** One per region, home first: also the order in which one stands in for another. */
  readonly pools: readonly PlannedPool[];
  readonly monitor: typeof MONITOR;
}

export interface PlannedPool {
  readonly region: RegionName;
  /** Cloudflare's region that is served from the pool, and from which its health is looked at. */
  readonly checkedFrom: string;
}

/** Seconds between looks and how long each may take; a region is left after two that fail. */
const MONITOR = { path: '/health/ready', interval: 60, timeout: 5, retries: 2, expectedCodes: '200' } as const;

/** Pools by region; undefined with one region, where the name leads straight to the platform. */
export function normalizeLoadBalancer({ regions: places }: CloudEnvironment): LoadBalancerPlan | undefined {
  if (places.length < 2) return undefined;
  return { monitor: MONITOR, pools: places.map((region) => ({ region, checkedFrom: regions[region].cloudflare })) };
}
