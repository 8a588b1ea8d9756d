import { Provider as CloudflareProvider } from '@pulumi/cloudflare/provider.js';
import { secret } from '@pulumi/pulumi';
import type { CloudContext } from '../cloud/context.ts';
import { Backups } from '../components/backups.ts';
import { ManagedCache } from '../components/managed-cache.ts';
import { databaseOutputs, ManagedDatabase } from '../components/managed-database.ts';
import { SupabaseProvider } from '../providers/supabase/resources.ts';
import { UpstashProvider } from '../providers/upstash/resources.ts';

/** Database, cache and buckets: what holds data, is protected, and is rarely touched. */
export function dataLayer(context: CloudContext): Record<string, unknown> {
  const { supabaseToken, upstashEmail, upstashApiKey, cloudflareToken } = context.settings;
  const supabase = new SupabaseProvider('supabase', { token: secret(supabaseToken) });
  const upstash = new UpstashProvider('upstash', { email: upstashEmail, apiKey: secret(upstashApiKey) });
  const cloudflare = new CloudflareProvider('cloudflare', { apiToken: secret(cloudflareToken) });
  const database = new ManagedDatabase(context, supabase);
  const cache = new ManagedCache(context, upstash);
  const backups = new Backups(context, cloudflare);
  return { database: databaseOutputs(database), cacheUrl: cache.url, backupBucket: backups.bucket };
}
