import { main } from '../bench/harness/bench.ts';
import { stackConditions } from '../bench/harness/conditions.ts';
import { thenRepaired } from '../bench/harness/stack.ts';
import { tortureHalt } from './halting/run.ts';

/** `npm run torture:halt -- --seed N [--short]`, on the running stack. */
await main({
  name: 'torture-halt',
  command: 'npm run torture:halt',
  question: 'How long after a halt do orders still leave, and is it done when it says so?',
  run: async (options) => {
    const conditions = await stackConditions(options.rehearsal);
    const { seed, short } = options;
    const size = short
      ? { halts: 9, perSecond: 50, workingOrders: 100, positions: 10 }
      : { halts: 56, perSecond: 200, workingOrders: 1_000, positions: 100 };
    const weathers = ['redis', 'api', 'worker'] as const;
    const { rows, details } = await thenRepaired(() => tortureHalt({ seed, ...size, weathers }));
    return { conditions, rows, details };
  },
});
