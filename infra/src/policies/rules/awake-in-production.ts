import type { Rule } from '../rule.ts';

/** A signal may come at any time, and a sleeping service answers the first one late or not at all. */
export const awakeInProduction: Rule = {
  name: 'awake-in-production',
  description: 'In production nothing sleeps',
  fix: 'set switches.sleep of the environment to false',
  check({ type, properties }, { environment }) {
    const sleeps = type === 'railway:index:ServiceInstance' && properties['sleepApplication'] === true;
    return sleeps && environment.switches.production ? ['it would sleep'] : [];
  },
};
