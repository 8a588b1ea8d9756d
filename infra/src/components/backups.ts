import { R2Bucket } from '@pulumi/cloudflare/r2bucket.js';
import { R2BucketLifecycle } from '@pulumi/cloudflare/r2bucketLifecycle.js';
import { R2BucketLock } from '@pulumi/cloudflare/r2bucketLock.js';
import { ComponentResource, type Output, type ProviderResource } from '@pulumi/pulumi';
import { milliseconds, type Duration } from '@keelson/kernel';
import type { CloudContext } from '../cloud/context.ts';

const inSeconds = (duration: Duration): number => milliseconds(duration) / 1_000;

/** A bucket at another vendor than the database, whose objects nobody can delete before their time. */
export class Backups extends ComponentResource {
  readonly bucket: Output<string>;

  constructor({ size, settings, home, protect, name }: CloudContext, cloudflare: ProviderResource) {
    super('keelson:cloud:Backups', 'backups', {}, { providers: [cloudflare] });
    const { keptFor, lockedFor } = size.backups;
    const accountId = settings.cloudflareAccount;
    const bucket = new R2Bucket(
      'bucket',
      { accountId, name: name('backups'), location: home.r2 },
      { parent: this, protect },
    );
    this.bucket = bucket.name;
    const of = { accountId, bucketName: bucket.name };
    const rules = [
      {
        id: 'kept-for',
        enabled: true,
        conditions: { prefix: '' },
        deleteObjectsTransition: { condition: { type: 'Age', maxAge: inSeconds(keptFor) } },
        abortMultipartUploadsTransition: { condition: { type: 'Age', maxAge: inSeconds('1 day') } },
      },
    ];
    new R2BucketLifecycle('lifecycle', { ...of, rules }, { parent: this });
    const condition = { type: 'Age', maxAgeSeconds: inSeconds(lockedFor) };
    new R2BucketLock(
      'lock',
      { ...of, rules: [{ id: 'locked-for', enabled: true, prefix: '', condition }] },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
