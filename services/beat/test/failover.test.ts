import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { schedules } from '@keelson/catalogue';
import { testDatabase, type TestDatabase, testRedisUrl } from '@keelson/testkit';
import { type BeatProcess, CompiledBeat } from './support/beat-process.ts';
import { loggedRuns, logRuns, oneAfterTheOther, untilRuns } from './support/run-log.ts';

let compiled: CompiledBeat;
let database: TestDatabase;
let beats: BeatProcess[];
beforeAll(async () => {
  compiled = await CompiledBeat.create();
});
afterAll(() => compiled.remove());

beforeEach(async () => {
  database = await testDatabase();
  await logRuns(database);
  const start = (instance: string) => compiled.start(instance, database.appUrl, testRedisUrl());
  beats = await Promise.all([start('beat-1'), start('beat-2')]);
}, 30_000);
afterEach(async () => {
  // A frozen process does not hear that it is to end.
  for (const beat of beats) beat.send('SIGCONT');
  await Promise.all(beats.map((beat) => beat.end()));
  await database.close();
}, 30_000);

/** The active one first. */
async function byRole(): Promise<[BeatProcess, BeatProcess]> {
  // Readiness is told anew once a second only, and the first lease may be taken in between.
  await untilRuns(database, (runs) => runs.length > 0);
  const isActive = async (beat: BeatProcess) => (await beat.role()) === 'active';
  while (!(await isActive(beats[0]!)) && !(await isActive(beats[1]!))) await sleep(50);
  const first = (await isActive(beats[0]!)) ? 0 : 1;
  await beats[1 - first]!.untilRole('standby');
  return [beats[first]!, beats[1 - first]!];
}

async function lastFence(): Promise<number> {
  return (await loggedRuns(database)).at(-1)!.fence;
}

describe('two beat processes', () => {
  it('have one active scheduler, which runs every schedule of the catalogue', async () => {
    const names = schedules.flatMap((schedule) => ('every' in schedule ? [schedule.name] : []));
    const runs = await untilRuns(database, (all) => all.filter(({ name }) => name === 'outbox-sweep').length >= 4);
    await byRole();
    expect(runs.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    expect(new Set(runs.map(({ fence }) => fence)).size).toBe(1);
    const sweeps = runs.filter(({ name }) => name === 'outbox-sweep').map(({ at }) => at);
    const seconds = (sweeps.at(-1)! - sweeps[0]!) / 1_000;
    // Two schedulers would start it twice a second.
    expect(sweeps.length - 1).toBeLessThanOrEqual(seconds + 1);
  }, 60_000);

  it('go on after a kill -9 of the active one: the other takes over long before the lease would end', async () => {
    const [active, standby] = await byRole();
    const fence = await lastFence();
    const killedAt = Date.now();
    await active.end('SIGKILL');
    const runs = await untilRuns(database, (all) => all.some((run) => run.fence > fence));
    const first = runs.find((run) => run.fence > fence)!;
    expect(first.at - killedAt).toBeLessThan(5_000);
    await standby.untilRole('active');
    expect(oneAfterTheOther(runs)).toBe(true);
  }, 60_000);

  it('go on at once after an orderly end of the active one, which gives its lease back', async () => {
    const [active, standby] = await byRole();
    const fence = await lastFence();
    await active.end('SIGTERM');
    const endedAt = Date.now();
    const runs = await untilRuns(database, (all) => all.some((run) => run.fence > fence));
    expect(runs.find((run) => run.fence > fence)!.at - endedAt).toBeLessThan(5_000);
    await standby.untilRole('active');
  }, 60_000);

  it('run nothing under the old lease when the active one was frozen past its end and goes on', async () => {
    const [active, standby] = await byRole();
    const fence = await lastFence();
    active.send('SIGSTOP');
    const frozenAt = Date.now();
    const taken = await untilRuns(database, (all) => all.some((run) => run.fence > fence));
    // Its session is still open, so only the end of the lease tells that it does nothing.
    expect(taken.find((run) => run.fence > fence)!.at - frozenAt).toBeGreaterThan(1_000);
    active.send('SIGCONT');
    const newer = taken.filter((run) => run.fence > fence).length;
    const runs = await untilRuns(database, (all) => all.filter((run) => run.fence > fence).length >= newer + 4);
    expect(oneAfterTheOther(runs)).toBe(true);
    await active.untilRole('standby');
    await standby.untilRole('active');
  }, 30_000);
});
