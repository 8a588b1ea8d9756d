import { describe, expect, it, jest } from '@jest/globals';
import { type K6Run, runK6 } from '../bench/harness/k6.ts';
import { type Behaviour, EmulatedPlatform } from './fixture/emulated-platform.ts';

jest.setTimeout(120_000);

const CROSSED = 99;
/** Other tests share the machine, so latencies are not what these look at; where they are, the bound is this much wider. */
const [UNTIMED, SLACK] = [1_000, 8];

/** Real k6 with the real scenario; 40 signals, of which 30 count for latencies. */
async function runAgainst(behaviour: Behaviour, latencySlack = UNTIMED): Promise<K6Run> {
  const platform = await EmulatedPlatform.start(behaviour);
  try {
    const load = { scenario: 'pipeline', ratePerSecond: 20, seconds: 1.5, warmUpSeconds: 0.5 } as const;
    return await runK6({ ...load, teams: [platform.team()], seed: 1, latencySlack });
  } finally {
    await platform.stop();
  }
}

const count = (run: K6Run, metric: string): number => run.value(metric, 'count');

describe('the pipeline scenario', () => {
  it('counts every signal once, and exits with 0 when nothing is wrong', async () => {
    const run = await runAgainst({});
    expect([count(run, 'signals_sent'), count(run, 'signals_accepted')]).toEqual([40, 40]);
    expect([count(run, 'signals_lost'), count(run, 'signals_doubled'), count(run, 'frames_missed')]).toEqual([0, 0, 0]);
    expect([run.code, run.crossed]).toEqual([0, []]);
  });

  it('exits with 99 when frames come late, and measures how late', async () => {
    const run = await runAgainst({ frameAfterMs: 80 * SLACK + 50 }, SLACK);
    expect([run.code, run.crossed]).toEqual([CROSSED, [`signal_frame_ms p(95)<${80 * SLACK}`]]);
    expect(run.value('signal_frame_ms', 'min')).toBeGreaterThanOrEqual(80 * SLACK);
  });

  it('exits with 99 when a signal has two ends', async () => {
    const run = await runAgainst({ doubleEvery: 20 });
    expect([run.code, run.crossed]).toEqual([CROSSED, ['signals_doubled count==0']]);
    expect(count(run, 'signals_doubled')).toBe(2);
  });

  it('exits with 99 when a signal has no end', async () => {
    const run = await runAgainst({ loseEvery: 40 });
    expect([run.code, run.crossed]).toEqual([CROSSED, ['signal_failed rate<0.005']]);
    expect(count(run, 'signals_lost')).toBe(1);
  });

  it('exits with 99 when a webhook is refused, which is then not called lost', async () => {
    const run = await runAgainst({ refuseEvery: 20 });
    expect([run.code, run.crossed]).toEqual([CROSSED, ['webhook_failed rate<0.001']]);
    expect([count(run, 'signals_accepted'), count(run, 'signals_lost')]).toEqual([38, 0]);
  });
});
