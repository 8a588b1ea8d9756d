import { ComponentResource, type Output, type ProviderResource } from '@pulumi/pulumi';
import type { CloudContext } from '../cloud/context.ts';
import { regions } from '../cloud/regions.ts';
import { Redis } from '../providers/upstash/resources.ts';

/** Upstash: Redis, the carrier of wake-ups and frames. Losing it loses speed, never a signal. */
export class ManagedCache extends ComponentResource {
  readonly url: Output<string>;

  constructor({ environment, size, home, protect, name }: CloudContext, upstash: ProviderResource) {
    super('keelson:cloud:Cache', 'cache', {}, { providers: [upstash] });
    const { plan, budget, readReplicas } = size.upstash;
    const further = environment.regions.slice(1).map((region) => regions[region].upstash);
    const redis = new Redis(
      'redis',
      {
        name: name(),
        platform: 'aws',
        primaryRegion: home.upstash,
        readRegions: further.slice(0, readReplicas),
        plan,
        // A fixed plan has a fixed price.
        ...(plan === 'payg' && { budget }),
        eviction: false,
        dailyBackup: environment.switches.production,
      },
      { parent: this, protect },
    );
    this.url = redis.url;
    this.registerOutputs({});
  }
}
