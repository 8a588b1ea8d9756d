import type { Rule } from '../rule.ts';

/** Without a check a version that cannot work replaces one that does; without a drain its last requests are cut. */
export const healthChecked: Rule = {
  name: 'health-checked',
  description: 'A version takes over once it is ready, and the one before finishes what it began',
  fix: 'the catalogue has `ready` and `drainWithin` of each service',
  check({ type, properties }) {
    if (type !== 'railway:index:ServiceInstance') return [];
    const path = properties['healthcheckPath'];
    return [
      ...(typeof path === 'string' && path.startsWith('/') ? [] : ['it has no health check']),
      ...(Number(properties['drainingSeconds']) > 0 ? [] : ['it has no time to drain']),
    ];
  },
};
