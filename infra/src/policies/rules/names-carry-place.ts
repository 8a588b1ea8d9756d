import type { Rule } from '../rule.ts';

/** Types whose names share one space with everything else of the account, or of the world. */
const NAMED = new Set([
  'railway:index:Project',
  'railway:index:ProjectToken',
  'supabase:index:Project',
  'upstash:index:Redis',
  'cloudflare:index/r2Bucket:R2Bucket',
]);

/** By its name a person, and a run that was interrupted, knows whose a resource is. */
export const namesCarryPlace: Rule = {
  name: 'names-carry-place',
  description: 'Names carry environment and installation',
  fix: 'name it with `context.name(…)`',
  check({ type, properties }, { environment }) {
    if (!NAMED.has(type)) return [];
    const name = String(properties['name']);
    const ours = new RegExp(`^keelson-${environment.name}-[a-z][a-z0-9]{5}(-|$)`);
    return ours.test(name) ? [] : [`"${name}" does not begin with keelson-${environment.name}-<installation>`];
  },
};
