import type { Addresses } from '../cloud/addresses.ts';

/** Seconds that the edge answers a question for health by itself (document 004, INF-FR-015). */
export const HEALTH_CACHED_SECONDS = 60;
/** Questions a minute and address; a page that is open asks two. */
const HEALTH_LIMIT = 60;

/** What the page is told at build time, once there is one that is built. Everybody may read each of them. */
export function normalizeFrontendVariables<Value>(
  { api, stream }: Addresses,
  issuer: Value,
  publishableKey: Value,
): Readonly<Record<string, string | Value>> {
  return {
    NEXT_PUBLIC_API_URL: `https://${api}`,
    NEXT_PUBLIC_WS_URL: `wss://${stream}/api/v1/ws`,
    NEXT_PUBLIC_SUPABASE_URL: issuer,
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: publishableKey,
  };
}

/** `https://<ref>.supabase.co`, of the issuer of its tokens. */
export function supabaseUrlOf(issuer: string): string {
  return issuer.replace(/\/auth\/v1$/, '');
}

/**
 * The page asks its own host for health, so its content policy needs no other; the edge asks the api, at most once in
 * sixty seconds and place.
 */
export function normalizeHealthRoute({ api }: Addresses) {
  return {
    name: 'health',
    description: 'health of the api, kept at the edge',
    enabled: true,
    position: { placement: 'start' },
    route: {
      src: '/health',
      dest: `https://${api}/health/ready`,
      headers: {
        'CDN-Cache-Control': `public, max-age=${HEALTH_CACHED_SECONDS}`,
        'Cache-Control': 'no-store',
      },
      // The api answers each probe anew and says so; that is for probes.
      respectOriginCacheControl: false,
    },
  };
}

/** A page that is only read: nothing else than reading is let through, and nobody asks for health all day. */
export const firewallRules = [
  {
    name: 'reading only',
    description: 'A static page takes no other method than these',
    active: true,
    conditionGroups: [{ conditions: [{ type: 'method', op: 'inc', neg: true, values: ['GET', 'HEAD'] }] }],
    action: { action: 'deny' },
  },
  {
    name: 'health rate',
    description: 'Health is kept at the edge; more questions than these are no person',
    active: true,
    conditionGroups: [{ conditions: [{ type: 'path', op: 'eq', value: '/health' }] }],
    action: {
      action: 'rate_limit',
      rateLimit: { algo: 'fixed_window', window: 60, limit: HEALTH_LIMIT, keys: ['ip'], action: 'deny' },
    },
  },
];

/**
 * A new page goes to a tenth of the people first, then to half of them, ten minutes each. The last stage, everybody, is
 * the provider's own addition: naming it here would be a difference at each look.
 */
export const rollingRelease = {
  advancementType: 'automatic',
  stages: [
    { targetPercentage: 10, duration: 10 },
    { targetPercentage: 50, duration: 10 },
  ],
};
