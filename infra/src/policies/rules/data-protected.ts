import type { Rule } from '../rule.ts';

const HOLD_DATA = new Set([
  'supabase:index:Project',
  'upstash:index:Redis',
  'cloudflare:index/r2Bucket:R2Bucket',
  'railway:index:Project',
  'railway:index:Volume',
]);

/** A slip in the program, or a `destroy` in the wrong window, must not be able to delete what cannot be made again. */
export const dataProtected: Rule = {
  name: 'data-protected',
  description: 'What holds data in production is protected from deletion',
  fix: 'give the resource `protect: context.protect`',
  check({ type, protect }, { environment }) {
    if (!environment.switches.production || !HOLD_DATA.has(type) || protect) return [];
    return ['it holds data and is not protected'];
  },
};
