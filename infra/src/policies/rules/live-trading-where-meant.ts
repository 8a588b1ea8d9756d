import type { Rule } from '../rule.ts';

/** Orders of a test must never reach a venue that takes real money. */
export const liveTradingWhereMeant: Rule = {
  name: 'live-trading-where-meant',
  description: 'Real orders are possible only where the environment says so',
  fix: 'set switches.liveTrading of the environment, in a change that somebody reviews',
  check({ type, properties }, { environment }) {
    if (type !== 'railway:index:Variables' || environment.switches.liveTrading) return [];
    const { LIVE_TRADING: value = 'off' } = (properties['variables'] ?? {}) as Record<string, unknown>;
    return value === 'off' ? [] : [`LIVE_TRADING is on in ${environment.name}`];
  },
};
