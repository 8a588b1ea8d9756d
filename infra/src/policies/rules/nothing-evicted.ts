import type { Rule } from '../rule.ts';

/** A cache that forgets under pressure loses wake-ups exactly when there are most of them. */
export const nothingEvicted: Rule = {
  name: 'nothing-evicted',
  description: 'Redis refuses writes when it is full, and never forgets',
  fix: 'set eviction to false, and take a larger plan',
  check({ type, properties }) {
    return type === 'upstash:index:Redis' && properties['eviction'] !== false ? ['it evicts keys when it is full'] : [];
  },
};
