import { ProviderResource, type Input } from '@pulumi/pulumi';
import { VendorResource, type ArgumentsOf, type CustomResourceOptions, type Output } from '../plugin/resource.ts';

/** Upstash with the account's management key. */
export class UpstashProvider extends ProviderResource {
  constructor(
    name: string,
    args: { readonly email: Input<string>; readonly apiKey: Input<string> },
    options?: CustomResourceOptions,
  ) {
    super('upstash', name, { ...args }, options);
  }
}

export interface RedisArgs {
  readonly name: string;
  readonly platform: 'aws' | 'gcp';
  readonly primaryRegion: string;
  readonly readRegions: string[];
  readonly plan: string;
  readonly budget?: number;
  readonly eviction: false;
  readonly dailyBackup: boolean;
}
export class Redis extends VendorResource {
  /** `rediss://…`, with the password. */
  declare readonly url: Output<string>;

  constructor(name: string, args: ArgumentsOf<RedisArgs>, options: CustomResourceOptions) {
    const outputs = { open: ['databaseId', 'endpoint', 'port'], secret: ['url'] };
    super('upstash:index:Redis', name, { ...args }, outputs, options);
  }
}
