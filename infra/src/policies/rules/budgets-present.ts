import { ofType, type Rule } from '../rule.ts';

const isAmount = (value: unknown): boolean => typeof value === 'number' && value > 0;

/** What is paid by use has an amount at which somebody is told; trading is never stopped by it. */
export const budgetsPresent: Rule = {
  name: 'budgets-present',
  description: 'What is paid by use has a budget',
  fix: 'give it the budget of the size, in environments/sizes.ts',
  check({ type, properties }) {
    if (type === 'upstash:index:Redis' && properties['plan'] === 'payg' && !isAmount(properties['budget'])) {
      return ['it is paid by use and has no budget'];
    }
    if (type !== 'railway:index:UsageLimit') return [];
    const problems = isAmount(properties['softLimitDollars']) ? [] : ['it warns at no amount'];
    return properties['hardLimitDollars'] === undefined
      ? problems
      : [...problems, 'a hard limit stops the services, while orders may be open'];
  },
  checkAll(resources, { environment, layer }) {
    const isNeeded = environment.switches.production && layer === 'app';
    return isNeeded && ofType(resources, 'railway:index:UsageLimit').length === 0
      ? ['nobody is told when the services cost more than they should']
      : [];
  },
};
