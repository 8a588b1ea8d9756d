import { z } from 'zod';
import { vendorContext } from '../vendor/context.ts';
import { RestApi } from '../vendor/rest.ts';

const PRODUCTION_URL = 'https://api.supabase.com';

/** Supabase's Management API. */
export type SupabaseApi = RestApi;

const configuration = z.object({ token: z.string().min(1, 'must be a personal access token of Supabase') });

export const { checkConfig, configure } = vendorContext('SUPABASE', configuration, ({ token }, { pace, baseUrl }) => {
  return new RestApi({
    vendor: 'Supabase',
    baseUrl: baseUrl ?? PRODUCTION_URL,
    authorization: { authorization: `Bearer ${token}` },
    tokenHint:
      'Make a personal access token at Supabase (Account → Access tokens) and set it: `pulumi config set --secret keelson:supabaseToken`, which asks for it.',
    pace,
  });
});

/** A project's reference: how the API and every address name it. */
export const ref = z.string().regex(/^[a-z]{20}$/, 'must be the reference of a project: 20 lower-case letters');

export function projectPath(reference: string, rest = ''): string {
  return `/v1/projects/${encodeURIComponent(reference)}${rest}`;
}
