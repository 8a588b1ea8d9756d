import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@keelson/kernel';
import { Lease, Owner } from '@keelson/messaging';
import { testDatabase, type TestDatabase, until } from '@keelson/testkit';
import type { ScheduledWork } from '../src/scheduled-work.ts';
import { finishRun, startRun } from '../src/scheduler.store.ts';
import { Scheduler } from '../src/scheduler.ts';

let database: TestDatabase;
let started: Scheduler[];
beforeEach(async () => {
  database = await testDatabase();
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((scheduler) => scheduler.stop()));
  await database.close();
});

interface Noted {
  readonly errors: { schedule: string; error: unknown }[];
  readonly scheduler: Scheduler;
}

async function start(work: readonly ScheduledWork[]): Promise<Noted> {
  const owner = new Owner(database.db);
  const errors: Noted['errors'] = [];
  const scheduler = new Scheduler({
    database: database.db,
    owner,
    lease: new Lease(database.db, owner, 'scheduler', 3_000),
    work,
    clock: systemClock,
    onError: (schedule, error) => errors.push({ schedule, error }),
  });
  started.push(scheduler);
  await scheduler.start();
  return { errors, scheduler };
}

function work(name: string, run: () => Promise<void>): ScheduledWork {
  return { schedule: { name, purpose: 'of this test', every: '100 milliseconds' }, run };
}

describe('a scheduler', () => {
  it('runs its work while it holds the lease; another one waits, and takes over when the first stops', async () => {
    const runs: string[] = [];
    const note = (who: string) => [work('tick', () => Promise.resolve(void runs.push(who)))];
    const first = await start(note('first'));
    const second = await start(note('second'));
    await until(() => runs.length >= 3, Boolean);
    expect([first.scheduler.active, second.scheduler.active]).toEqual([true, false]);
    expect(runs).not.toContain('second');
    await first.scheduler.stop();
    const before = runs.filter((who) => who === 'first').length;
    await until(() => runs.filter((who) => who === 'second').length >= 2, Boolean);
    expect(second.scheduler.active).toBe(true);
    expect(runs.filter((who) => who === 'first')).toHaveLength(before);
  });

  it('does not run what the holder of a newer lease has started, as long as it believes to hold its own', async () => {
    let runs = 0;
    const { scheduler } = await start([work('tick', () => Promise.resolve(void (runs += 1)))]);
    await until(() => runs >= 2, Boolean);
    // What a process finds that was frozen between its look at the lease and its work.
    await database.admin('update keelson.schedule_runs set fence = fence + 1');
    await sleep(300);
    const before = runs;
    await sleep(1_000);
    expect(runs).toBe(before);
    expect(scheduler.active).toBe(true);
    await database.admin('update keelson.schedule_runs set fence = fence - 1');
    await until(() => runs > before, Boolean);
  });

  it('never runs a schedule beside itself, and waits for what runs before it stops', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    const slow = work('slow', async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(600);
      running -= 1;
      done += 1;
    });
    const { scheduler } = await start([slow]);
    await until(() => done === 1 && running === 1, Boolean);
    await scheduler.stop();
    expect({ most, running, done }).toEqual({ most: 1, running: 0, done: 2 });
  });

  it('reports a schedule that fails, remembers why, runs it again, and goes on with the others', async () => {
    let others = 0;
    const { errors } = await start([
      work('broken', () => Promise.reject(new Error('the disk is full'))),
      work('sound', () => Promise.resolve(void (others += 1))),
    ]);
    await until(() => errors.length >= 2 && others >= 2, Boolean);
    expect(errors[0]).toMatchObject({ schedule: 'broken', error: { message: 'the disk is full' } });
    await until(() => others >= 3, Boolean);
    const rows = await database.admin<{ name: string; last_error: string | null; finished: boolean }>(
      'select name, last_error, last_finished_at is not null as finished from keelson.schedule_runs order by name',
    );
    expect(rows).toEqual([
      { name: 'broken', last_error: 'the disk is full', finished: true },
      { name: 'sound', last_error: null, finished: true },
    ]);
  });
});

describe('the note of a run', () => {
  it('refuses a start, and does not take the end, of a lease that a newer one followed', async () => {
    const { db } = database;
    const last = async () =>
      (await database.admin('select fence, runs, last_error from keelson.schedule_runs where name = $1', ['sweep']))[0];
    expect(await db.platform((tx) => startRun(tx, 'sweep', '7'))).toBe(true);
    expect(await db.platform((tx) => startRun(tx, 'sweep', '9'))).toBe(true);
    expect(await db.platform((tx) => startRun(tx, 'sweep', '7'))).toBe(false);
    await db.platform((tx) => finishRun(tx, 'sweep', '7', new Error('of the frozen one')));
    expect(await last()).toEqual({ fence: '9', runs: '2', last_error: null });
    expect(await db.platform((tx) => startRun(tx, 'sweep', '9'))).toBe(true);
  });
});
