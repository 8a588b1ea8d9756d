import { main } from '../bench/harness/bench.ts';
import { stackConditions } from '../bench/harness/conditions.ts';
import { tortureDrift } from './drifting/drift.ts';

/** `npm run torture:drift -- --seed N [--short]`, on the running stack. */
await main({
  name: 'torture-drift',
  command: 'npm run torture:drift',
  question: 'Is every difference between our books and the venue’s found in time, and nothing else called one?',
  run: async ({ rehearsal, seed, short }) => {
    const conditions = await stackConditions(rehearsal);
    const size = short ? { accounts: 8, each: 10, checks: 100 } : { accounts: 50, each: 250, checks: 10_000 };
    const { rows, details } = await tortureDrift({ seed, perSecond: 20, ...size });
    return { conditions, rows, details };
  },
});
