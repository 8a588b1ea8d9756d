import { randomInt } from 'node:crypto';
import { until } from '@keelson/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { flawless } from './support/audit.ts';
import { WorkerProcess } from './support/worker-process.ts';
import { World } from './support/world.ts';

/** The short form of `npm run torture:lost-replies`, with another seed each time. */
const SEED = Number(process.env['TORTURE_SEED'] ?? randomInt(1, 1_000_000));
const SUBMITS = 60;
const RESOLVED_WITHIN_MS = 5_000;

describe(`no submission is answered (TORTURE_SEED=${SEED})`, () => {
  let world: World;
  const workers: WorkerProcess[] = [];
  beforeAll(async () => {
    world = await World.start({ venue: { seed: SEED } });
    for (let count = 0; count < 2; count += 1) workers.push(new WorkerProcess());
    for (const worker of workers) await worker.start(world.workerSettings());
  }, 60_000);
  afterAll(async () => {
    for (const worker of workers) await worker.kill();
    await world.close();
  });

  it('each becomes exactly one order, none is called refused, all soon after the venue is back', async () => {
    const shares = { lost_percent: 50, never_percent: 25, late_percent: 25, late_ms: 120 };
    await world.venue.control({ seed: SEED, first_arrival: shares });
    for (let sent = 0; sent < SUBMITS; sent += 6) await Promise.all(Array.from({ length: 6 }, () => world.accept()));
    await until(
      async () => (await world.venue.log()).filter(({ kind }) => kind === 'strike' || kind === 'order').length,
      (seen) => seen > SUBMITS / 4,
    );
    await world.venue.control({ unavailable: true });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await world.venue.control({ unavailable: false });
    const back = Date.now();
    // Nine times the bound: what a loaded machine may take; the bound itself is for the run on a quiet one.
    expect(await world.settled(RESOLVED_WITHIN_MS * 9)).toEqual(flawless(SUBMITS));
    expect(Date.now() - back).toBeLessThan(RESOLVED_WITHIN_MS * 9);
    const strikes = (await world.venue.log()).filter(({ kind }) => kind === 'strike').map((line) => line['what']);
    expect(strikes.filter((what) => what === 'cut').length).toBeGreaterThan(0);
    expect(strikes.filter((what) => what === 'late').length).toBeGreaterThan(0);
  }, 120_000);
});
