import { ComponentResource, type Resource } from '@pulumi/pulumi';
import { Redis, type Credentials } from '../providers/local/resources.ts';
import type { LocalTarget } from '../targets/local/target.ts';

/** Redis, the carrier of wake-ups; or one that somebody else runs. */
export class Cache extends ComponentResource {
  readonly ready: readonly Resource[];
  readonly instances: readonly string[];

  constructor({ target, credentials }: { readonly target: LocalTarget; readonly credentials: Credentials }) {
    super('keelson:platform:Cache', 'cache', {}, { providers: [target.provider] });
    const { redis } = target.stores;
    if (redis.own) {
      const { server, version, port } = redis;
      const args = { server, version, port, password: credentials.redisPassword };
      this.ready = [new Redis('redis', args, { parent: this })];
      this.instances = ['redis'];
    } else {
      this.ready = [];
      this.instances = [];
    }
    this.registerOutputs({});
  }
}
