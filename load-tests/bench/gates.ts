import { z } from 'zod';
import { type BenchOptions, type Findings, main } from './harness/bench.ts';
import { mustRun } from './harness/command.ts';
import { atMost } from './harness/result.ts';
import { repository } from './harness/stack.ts';

/** What one signal costs, as the test of the worker prints it. */
const cost = z.strictObject({
  commits: z.number(),
  roundTrips: z.number(),
  redisCommands: z.number(),
  hops: z.number(),
});

/** Counts, not times: the same on any machine, asserted in `npm test`; this puts them on the page. */
async function run(_: BenchOptions): Promise<Findings> {
  const words = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--config', 'jest.config.ts'];
  const printed = await mustRun(process.execPath, [...words, 'services/worker/test/gates.test.ts'], {
    cwd: repository,
  });
  const found = /per signal: (\{.*\})/.exec(printed)?.[1];
  if (!found) throw new Error('The test of the gates printed no cost; run it by itself to see why');
  const { commits, roundTrips, redisCommands, hops } = cost.parse(JSON.parse(found));
  const simulator = 'a signal, simulator at 0 ms';
  return {
    conditions: { counted: 'receive to publish, sweeps included, idle Redis traffic taken off' },
    rows: [
      atMost(`commits of ${simulator}`, '', commits, 4, 'commits', 2),
      atMost(`round trips to Postgres of ${simulator}`, '', roundTrips, 6, 'round trips', 2),
      atMost(`queue hops of ${simulator}`, '', hops, 1, 'hops', 0),
      atMost(`Redis commands of ${simulator}`, '', redisCommands, 70, 'commands', 0),
    ],
  };
}

await main({ name: 'gates', question: 'How many commits, round trips and Redis commands does a signal cost?', run });
