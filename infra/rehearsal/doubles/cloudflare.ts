import type {
  DnsRecordArgs,
  LoadBalancerArgs,
  LoadBalancerMonitorArgs,
  LoadBalancerPoolArgs,
  NotificationPolicyArgs,
  ProviderArgs,
  R2BucketArgs,
  R2BucketLifecycleArgs,
  R2BucketLockArgs,
} from '@pulumi/cloudflare';
import { z } from 'zod';
import type { DoublePackage } from './double.ts';
import { doubleConfiguration, doubleType } from './typed.ts';

const account = z.string().regex(/^[0-9a-f]{32}$/);
const bucketName = z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
const age = z.strictObject({ type: z.literal('Age'), maxAge: z.int().min(1) });

const id = z.string().regex(/^[0-9a-f]{32}$/);
/** Regions of Cloudflare's that pools are steered and looked at by, as far as ours have one. */
const region = z.enum(['ENAM', 'WNAM', 'WEU', 'SEAS']);

const r2Types: DoublePackage['types'] = {
  'cloudflare:index/r2Bucket:R2Bucket': doubleType<R2BucketArgs>()({
    schema: z.strictObject({
      accountId: account,
      name: bucketName,
      location: z.enum(['apac', 'eeur', 'enam', 'weur', 'wnam', 'oc']).optional(),
    }),
    key: ({ name }) => name,
    id: ({ name }) => name,
    importId: ({ accountId, name }) => `${accountId}/${name}/default`,
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
    second: 'overwrites',
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
    second: 'overwrites',
    replaceOn: ['accountId', 'bucketName'],
  }),
};

const nameTypes: DoublePackage['types'] = {
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
    importId: ({ zoneId }, recordId) => `${zoneId}/${recordId}`,
    replaceOn: ['zoneId', 'name', 'type'],
  }),
};

const ofAccount = ({ accountId }: { accountId: string }, ownId: string): string => `${accountId}/${ownId}`;

const entryTypes: DoublePackage['types'] = {
  'cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor': doubleType<LoadBalancerMonitorArgs>()({
    schema: z.strictObject({
      accountId: account,
      type: z.enum(['http', 'https']),
      method: z.enum(['GET', 'HEAD']),
      path: z.string().startsWith('/'),
      header: z.record(z.string(), z.array(z.string())),
      description: z.string(),
      interval: z.int().min(5).max(3_600),
      timeout: z.int().min(1).max(10),
      retries: z.int().min(0).max(5),
      expectedCodes: z.string(),
    }),
    key: ({ accountId, description }) => `${accountId}/${description}`,
    // A monitor has no name there.
    second: 'kept',
    importId: ofAccount,
    replaceOn: ['accountId'],
  }),
  'cloudflare:index/loadBalancerPool:LoadBalancerPool': doubleType<LoadBalancerPoolArgs>()({
    schema: z.strictObject({
      accountId: account,
      name: z.string().regex(/^[A-Za-z0-9_-]+$/),
      monitor: id,
      enabled: z.boolean(),
      checkRegions: z.array(region).min(1),
      origins: z
        .array(
          z.strictObject({
            name: z.string().min(1),
            address: z.string().min(1),
            enabled: z.boolean(),
            weight: z.number().min(0).max(1),
            header: z.strictObject({ hosts: z.array(z.string()).length(1) }),
          }),
        )
        .min(1),
    }),
    key: ({ accountId, name }) => `${accountId}/${name}`,
    importId: ofAccount,
    replaceOn: ['accountId'],
  }),
  'cloudflare:index/loadBalancer:LoadBalancer': doubleType<LoadBalancerArgs>()({
    schema: z.strictObject({
      zoneId: account,
      name: z.string().min(1),
      description: z.string(),
      defaultPools: z.array(id).min(1),
      fallbackPool: id,
      regionPools: z.partialRecord(region, z.array(id).min(1)),
      steeringPolicy: z.enum(['off', 'geo', 'random', 'dynamic_latency', 'proximity']),
      proxied: z.boolean(),
    }),
    key: ({ zoneId, name }) => `${zoneId}/${name}`,
    importId: ({ zoneId }, balancerId) => `${zoneId}/${balancerId}`,
    replaceOn: ['zoneId'],
  }),
  'cloudflare:index/notificationPolicy:NotificationPolicy': doubleType<NotificationPolicyArgs>()({
    schema: z.strictObject({
      accountId: account,
      name: z.string().min(1),
      description: z.string(),
      enabled: z.boolean(),
      alertType: z.enum(['incident_alert', 'load_balancing_health_alert']),
      mechanisms: z.strictObject({ emails: z.array(z.strictObject({ id: z.email() })).min(1) }),
      filters: z.strictObject({
        incidentImpacts: z.array(z.string()).optional(),
        poolIds: z.array(id).optional(),
        newHealths: z.array(z.enum(['Healthy', 'Unhealthy'])).optional(),
        eventSources: z.array(z.enum(['pool', 'origin'])).optional(),
      }),
    }),
    key: ({ accountId, name }) => `${accountId}/${name}`,
    importId: ofAccount,
    second: 'kept',
    replaceOn: ['accountId'],
  }),
};

/** Cloudflare, as far as the program uses it. Source: the package's own .d.ts files. */
export const cloudflareDouble: DoublePackage = {
  version: '6.22.1',
  configuration: doubleConfiguration<ProviderArgs>()(z.strictObject({ apiToken: z.string().min(1) })),
  types: { ...r2Types, ...nameTypes, ...entryTypes },
};
