import { main } from '../bench/harness/bench.ts';
import { stackConditions } from '../bench/harness/conditions.ts';
import { tortureRunaway } from './running-away/runaway.ts';

/** `npm run torture:runaway -- --seed N [--short]`, on the running stack. */
await main({
  name: 'torture-runaway',
  command: 'npm run torture:runaway',
  question: 'A strategy runs away: how much of it reaches the venue, and who else notices?',
  run: async ({ rehearsal, seed, short }) => {
    const conditions = await stackConditions(rehearsal);
    const size = short
      ? { signals: 10_000, floodMs: 6_000, calmMs: 8_000 }
      : { signals: 100_000, floodMs: 60_000, calmMs: 60_000 };
    const { rows, details } = await tortureRunaway({ seed, ...size });
    return { conditions, rows, details };
  },
});
