import { main } from '../bench/harness/bench.ts';
import { stackConditions } from '../bench/harness/conditions.ts';
import { withServiceEnv } from '../bench/harness/stack.ts';
import { tortureLostReplies } from './venue-faults/lost-replies.ts';

/** `npm run torture:lost-replies -- --seed N [--short]`, on the running stack. */
await main({
  name: 'torture-lost-replies',
  command: 'npm run torture:lost-replies',
  question: 'What becomes of orders when no submission is answered?',
  run: async ({ rehearsal, seed, short }) => {
    const conditions = await stackConditions(rehearsal);
    const size = short ? { submits: 200, perSecond: 50 } : { submits: 2_000, perSecond: 200 };
    // The breaker would stop at the third: what is asked here is what becomes of all of them. It remembers the failures of
    // a second instead of five minutes: thousands in one row would be all that the platform is busy with.
    const entries = ['worker:BREAKER_FAILURES=1000000', 'worker:BREAKER_WINDOW_SECONDS=1'];
    const { rows, details } = await withServiceEnv(entries, () => tortureLostReplies({ seed, ...size }));
    return { conditions: { ...conditions, breaker: 'off for this run' }, rows, details };
  },
});
