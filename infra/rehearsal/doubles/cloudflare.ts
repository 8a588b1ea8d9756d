import type { DnsRecordArgs, R2BucketArgs, R2BucketLifecycleArgs, R2BucketLockArgs } from '@pulumi/cloudflare';
import { z } from 'zod';
import type { DoubleType } from './double.ts';
import { doubleType } from './typed.ts';

const account = z.string().regex(/^[0-9a-f]{32}$/);
const bucketName = z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
const age = z.strictObject({ type: z.literal('Age'), maxAge: z.int().min(1) });

/** Cloudflare's types, as far as the program uses them. Source: the package's own .d.ts files, 6.22.1. */
export const cloudflareTypes: Readonly<Record<string, DoubleType<never>>> = {
  'cloudflare:index/r2Bucket:R2Bucket': doubleType<R2BucketArgs>()({
    schema: z.strictObject({
      accountId: account,
      name: bucketName,
      location: z.enum(['apac', 'eeur', 'enam', 'weur', 'wnam', 'oc']).optional(),
    }),
    key: ({ name }) => name,
    id: ({ name }) => name,
    computed: () => ({ storageClass: 'Standard', jurisdiction: 'default', creationDate: '2026-01-01T00:00:00Z' }),
    replaceOn: ['accountId', 'name', 'location'],
    later: ['creationDate'],
  }),
  'cloudflare:index/r2BucketLifecycle:R2BucketLifecycle': doubleType<R2BucketLifecycleArgs>()({
    schema: z.strictObject({
      accountId: account,
      bucketName,
      rules: z.array(
        z.strictObject({
          id: z.string().min(1),
          enabled: z.boolean(),
          conditions: z.strictObject({ prefix: z.string() }),
          deleteObjectsTransition: z.strictObject({ condition: age }),
          abortMultipartUploadsTransition: z.strictObject({ condition: age }),
        }),
      ),
    }),
    key: ({ bucketName: bucket }) => `${bucket}/lifecycle`,
    id: ({ bucketName: bucket }) => `${bucket}/lifecycle`,
    overwrites: true,
    replaceOn: ['accountId', 'bucketName'],
  }),
  'cloudflare:index/r2BucketLock:R2BucketLock': doubleType<R2BucketLockArgs>()({
    schema: z.strictObject({
      accountId: account,
      bucketName,
      rules: z.array(
        z.strictObject({
          id: z.string().min(1),
          enabled: z.boolean(),
          prefix: z.string(),
          condition: z.strictObject({ type: z.literal('Age'), maxAgeSeconds: z.int().min(1) }),
        }),
      ),
    }),
    key: ({ bucketName: bucket }) => `${bucket}/lock`,
    id: ({ bucketName: bucket }) => `${bucket}/lock`,
    overwrites: true,
    replaceOn: ['accountId', 'bucketName'],
  }),
  'cloudflare:index/dnsRecord:DnsRecord': doubleType<DnsRecordArgs>()({
    schema: z.strictObject({
      zoneId: account,
      name: z.string().min(1),
      type: z.enum(['CNAME', 'TXT']),
      content: z.string().min(1),
      ttl: z.int().min(1),
      proxied: z.boolean().optional(),
      comment: z.string().max(100).optional(),
    }),
    key: ({ zoneId, name, type }) => `${zoneId}/${type}/${name}`,
    replaceOn: ['zoneId', 'name', 'type'],
  }),
};
