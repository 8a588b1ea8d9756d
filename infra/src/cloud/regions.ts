import type { RegionName } from '../environments/environment.ts';

/** What each vendor calls a place. */
export interface Region {
  readonly railway: string;
  readonly supabase: string;
  readonly upstash: string;
  /** Cloudflare's hint for where a bucket lives, and the code of the load balancer's region. */
  readonly r2: 'enam' | 'wnam' | 'weur' | 'apac';
  readonly cloudflare: string;
}

export const regions: Readonly<Record<RegionName, Region>> = {
  'us-east': {
    railway: 'us-east4-eqdc4a',
    supabase: 'us-east-1',
    upstash: 'us-east-1',
    r2: 'enam',
    cloudflare: 'ENAM',
  },
  'us-west': { railway: 'us-west2', supabase: 'us-west-1', upstash: 'us-west-1', r2: 'wnam', cloudflare: 'WNAM' },
  'eu-west': {
    railway: 'europe-west4-drams3a',
    supabase: 'eu-west-1',
    upstash: 'eu-west-1',
    r2: 'weur',
    cloudflare: 'WEU',
  },
  'asia-southeast': {
    railway: 'asia-southeast1-eqsg3a',
    supabase: 'ap-southeast-1',
    upstash: 'ap-southeast-1',
    r2: 'apac',
    cloudflare: 'SEAS',
  },
};
