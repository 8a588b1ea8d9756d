import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { becomeOwnStack } from '../fixture/own-stack.ts';

/** The gate on a whole stack of its own; `npm run gate` is the long version, five runs of five. */
jest.setTimeout(300_000);

const TEAMS = 5;
/** Tests may share their machine; `npm run gate` holds the objectives themselves, on a quiet one. */
const SLACK = 8;
const DELAY_MS = 900;
const ATTEMPTS = 4;
const CROSSED = 99;

let remove: () => void;
let harness: Awaited<ReturnType<typeof loadHarness>>;

/** The harness looks for its stack when it is loaded, so it is loaded when the environment says which. */
async function loadHarness() {
  const [stack, k6, teams] = await Promise.all([
    import('../../bench/harness/stack.ts'),
    import('../../bench/harness/k6.ts'),
    import('../../bench/harness/teams.ts'),
  ]);
  return { stack, k6, teams };
}

async function runGate(): Promise<{ code: number; frameP95: number }> {
  const teams = await harness.teams.benchTeams(TEAMS);
  const load = { scenario: 'pipeline', ratePerSecond: 5, seconds: 6, warmUpSeconds: 2, latencySlack: SLACK } as const;
  const run = await harness.k6.runK6({ ...load, teams, seed: 1 });
  expect(run.value('signals_accepted', 'count')).toBe(40);
  expect([run.value('signals_lost', 'count'), run.value('signals_doubled', 'count')]).toEqual([0, 0]);
  return { code: run.code, frameP95: run.value('signal_frame_ms', 'p(95)') };
}

beforeAll(async () => {
  remove = await becomeOwnStack();
  harness = await loadHarness();
  await harness.stack.engine(['up']);
});

afterAll(async () => {
  await harness.stack.engine(['destroy', '--wipe']);
  remove();
});

describe('the load gate', () => {
  it('lets the platform pass', async () => {
    // With the delay not one attempt could pass, so passing once tells the two apart.
    const codes: number[] = [];
    while (codes.length < ATTEMPTS && codes.at(-1) !== 0) codes.push((await runGate()).code);
    expect(codes.at(-1)).toBe(0);
  });

  it(`exits with 99 when one step takes ${DELAY_MS} ms more`, async () => {
    const delayed = await harness.stack.withServiceEnv([`worker:WORKER_STEP_DELAY=route:${DELAY_MS}`], runGate);
    expect(delayed.code).toBe(CROSSED);
    expect(delayed.frameP95).toBeGreaterThan(DELAY_MS);
  });
});
