import { services } from '@keelson/catalogue';
import { isSingleton } from '../../targets/railway/service-plan.ts';
import type { Rule } from '../rule.ts';

/** One process that dies must not be the only one. Singletons are recreated; what they do waits for them. */
export const twoReplicas: Rule = {
  name: 'two-replicas',
  description: 'In production everything stateless runs at least twice, and a singleton exactly once',
  fix: 'set scaling.replicas of the service in the environment',
  check({ type, name, properties }, { environment }) {
    if (type !== 'railway:index:ServiceInstance') return [];
    const regions = Object.values((properties['regions'] ?? {}) as Record<string, number>);
    const replicas = regions.reduce((sum, count) => sum + count, 0);
    const spec = services.find((service) => service.name === name);
    if (spec && isSingleton(spec)) return replicas === 1 ? [] : [`${name} is a singleton, and ${replicas} would run`];
    return environment.switches.production && replicas < 2 ? [`${replicas} would run, 2 are the least`] : [];
  },
};
