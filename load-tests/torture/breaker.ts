import { main } from '../bench/harness/bench.ts';
import { stackConditions } from '../bench/harness/conditions.ts';
import { withServiceEnv } from '../bench/harness/stack.ts';
import { tortureBreaker } from './venue-faults/breaker.ts';

/** `npm run torture:breaker -- --seed N [--short]`, on the running stack. */
await main({
  name: 'torture-breaker',
  command: 'npm run torture:breaker',
  question: 'How soon is a venue that fails left alone, and does anything leave before it is well again?',
  run: async ({ rehearsal, seed, short }) => {
    const conditions = await stackConditions(rehearsal);
    const coolDownSeconds = short ? 5 : 20;
    const perSecond = short ? 20 : 50;
    // Ten minutes, as in production, would only make the run longer.
    const entries = [`worker:BREAKER_COOL_DOWN_SECONDS=${coolDownSeconds}`];
    const { rows } = await withServiceEnv(entries, () => tortureBreaker({ seed, perSecond, coolDownSeconds }));
    return { conditions: { ...conditions, 'cool-down, seconds': coolDownSeconds }, rows };
  },
});
