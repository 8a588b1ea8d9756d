import type { ProviderDefinition } from '../plugin/definition.ts';
import { plain } from '../plugin/handler.ts';
import { addonHandler } from './addon.ts';
import { checkConfig, configure, type SupabaseApi } from './api.ts';
import { apiKeyHandler } from './api-key.ts';
import { extensionHandler } from './extension.ts';
import { projectHandler } from './project.ts';
import { readReplicaHandler } from './read-replica.ts';
import {
  authHandler,
  backupScheduleHandler,
  networkHandler,
  poolerHandler,
  postgresHandler,
  sslHandler,
} from './settings.ts';
import { signingKeyHandler } from './signing-key.ts';

/** The package `supabase`: Postgres, its pooler, auth. */
export const supabaseProvider: ProviderDefinition<SupabaseApi> = {
  name: 'supabase',
  version: '0.1.0',
  types: {
    'supabase:index:Addon': plain(addonHandler),
    'supabase:index:ApiKey': plain(apiKeyHandler),
    'supabase:index:AuthConfig': plain(authHandler),
    'supabase:index:BackupSchedule': plain(backupScheduleHandler),
    'supabase:index:Extension': plain(extensionHandler),
    'supabase:index:NetworkRestrictions': plain(networkHandler),
    'supabase:index:PoolerConfig': plain(poolerHandler),
    'supabase:index:PostgresConfig': plain(postgresHandler),
    'supabase:index:Project': plain(projectHandler),
    'supabase:index:ReadReplica': plain(readReplicaHandler),
    'supabase:index:SigningKey': plain(signingKeyHandler),
    'supabase:index:SslEnforcement': plain(sslHandler),
  },
  checkConfig,
  configure,
  cannotImport: 'only projects can be taken over, by their reference; their settings are simply set by the next `up`',
};
