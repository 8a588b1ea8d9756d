import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import type { Property } from '../plugin/wire.ts';
import { ref, type SupabaseApi } from './api.ts';
import { authValue, hashedKeys } from './auth.ts';
import { settingHandler } from './setting.ts';

const cidr = z.string().regex(/^[0-9a-f.:]+\/\d{1,3}$/i, 'must be an address range such as 203.0.113.0/24');

/** Only what was asked for: the API shows every value that it has a default for. */
function only<Wanted extends object>(shown: Record<string, Property>, wanted: Wanted): Record<string, Property> {
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, shown[key] ?? null]));
}

const pooler = z.strictObject({
  ref,
  poolMode: z.enum(['transaction', 'session']),
  defaultPoolSize: z.int().min(1).max(3_000),
});
const shownPooler = z.array(
  z.object({
    database_type: z.string(),
    default_pool_size: z.number().nullable(),
    pool_mode: z.enum(['transaction', 'session']),
  }),
);
export const poolerHandler: ResourceHandler<SupabaseApi, z.infer<typeof pooler>> = settingHandler({
  what: 'the configuration of the pooler',
  schema: pooler,
  path: '/config/database/pooler',
  shown: shownPooler,
  inputsOf: (shown) => {
    const primary = shown.find(({ database_type: type }) => type === 'PRIMARY');
    return { poolMode: primary?.pool_mode ?? 'session', defaultPoolSize: primary?.default_pool_size ?? 0 };
  },
  change: {
    method: 'PATCH',
    body: ({ poolMode, defaultPoolSize }) => ({ pool_mode: poolMode, default_pool_size: defaultPoolSize }),
  },
});

const postgres = z.strictObject({
  ref,
  /** By the names of PostgreSQL; those that are left out stay the vendor's. */
  settings: z.strictObject({
    max_connections: z.int().min(1).max(262_143).optional(),
    statement_timeout: z.string().optional(),
    work_mem: z.string().optional(),
    maintenance_work_mem: z.string().optional(),
    max_wal_size: z.string().optional(),
    checkpoint_timeout: z.string().optional(),
    max_slot_wal_keep_size: z.string().optional(),
    track_commit_timestamp: z.boolean().optional(),
  }),
});
export const postgresHandler: ResourceHandler<SupabaseApi, z.infer<typeof postgres>> = settingHandler({
  what: 'the configuration of PostgreSQL',
  schema: postgres,
  path: '/config/database/postgres',
  shown: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  inputsOf: (shown, { settings }) => ({ settings: only(shown, settings) }),
  change: { method: 'PUT', body: ({ settings }) => ({ ...settings, restart_database: true }) },
});

const auth = z.strictObject({ ref, settings: z.record(z.string().regex(/^[a-z0-9_]+$/), authValue) });
export const authHandler: ResourceHandler<SupabaseApi, z.infer<typeof auth>> = settingHandler({
  what: 'the configuration of auth',
  schema: auth,
  path: '/config/auth',
  shown: z.record(z.string(), z.unknown()),
  inputsOf: (shown, { settings }) => {
    const seen = only(shown as Record<string, Property>, settings);
    // Secrets come back as a hash: they count as what was set.
    const hidden = Object.fromEntries(Object.entries(settings).filter(([key]) => hashedKeys.test(key)));
    return { settings: { ...seen, ...hidden } };
  },
  change: { method: 'PATCH', body: ({ settings }) => settings },
});

const ssl = z.strictObject({ ref, enforced: z.boolean() });
export const sslHandler: ResourceHandler<SupabaseApi, z.infer<typeof ssl>> = settingHandler({
  what: 'the enforcement of TLS',
  schema: ssl,
  path: '/ssl-enforcement',
  shown: z.object({ currentConfig: z.object({ database: z.boolean() }) }),
  inputsOf: ({ currentConfig }) => ({ enforced: currentConfig.database }),
  change: { method: 'PUT', body: ({ enforced }) => ({ requestedConfig: { database: enforced } }) },
});

const network = z.strictObject({ ref, allowed: z.array(cidr), allowedV6: z.array(cidr) });
const shownNetwork = z.object({
  config: z.object({ dbAllowedCidrs: z.array(z.string()).nullish(), dbAllowedCidrsV6: z.array(z.string()).nullish() }),
});
export const networkHandler: ResourceHandler<SupabaseApi, z.infer<typeof network>> = settingHandler({
  what: 'who may connect to the database',
  schema: network,
  path: '/network-restrictions',
  shown: shownNetwork,
  inputsOf: ({ config }) => ({ allowed: config.dbAllowedCidrs ?? [], allowedV6: config.dbAllowedCidrsV6 ?? [] }),
  change: {
    method: 'POST',
    path: '/network-restrictions/apply',
    body: ({ allowed, allowedV6 }) => ({ dbAllowedCidrs: allowed, dbAllowedCidrsV6: allowedV6 }),
  },
});

const backups = z.strictObject({
  ref,
  time: z.string().regex(/^\d{2}:\d{2}:\d{2}$/, 'must be a time of day in UTC: 03:30:00'),
});
export const backupScheduleHandler: ResourceHandler<SupabaseApi, z.infer<typeof backups>> = settingHandler({
  what: 'the time of the daily backup',
  schema: backups,
  path: '/database/backups/schedule',
  shown: z.object({ schedule_for: z.string() }),
  inputsOf: ({ schedule_for: time }) => ({ time }),
  change: { method: 'PATCH', body: ({ time }) => ({ schedule_for: time }) },
});
