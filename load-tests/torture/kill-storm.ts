import { main } from '../bench/harness/bench.ts';
import { stackConditions } from '../bench/harness/conditions.ts';
import { thenRepaired } from '../bench/harness/stack.ts';
import { tortureKillStorm } from './kill-storming/storm.ts';

/** `npm run torture:kill-storm -- --seed N [--short]`, on the running stack. */
await main({
  name: 'torture-kill-storm',
  command: 'npm run torture:kill-storm',
  question: 'Everything dies again and again while signals come in: is one lost, doubled or booked wrongly?',
  run: async ({ rehearsal, seed, short }) => {
    const conditions = await stackConditions(rehearsal);
    const size = short
      ? { signals: 600, kills: 25, freezeMs: [2_000, 6_000] as const }
      : { signals: 10_000, kills: 100, freezeMs: [5_000, 40_000] as const };
    const { rows, details } = await thenRepaired(() => tortureKillStorm({ seed, ...size }));
    return { conditions: { ...conditions, 'not killed': 'the venue, which is a witness' }, rows, details };
  },
});
