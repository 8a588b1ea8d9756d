import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { StepName } from '@keelson/contracts';
import { flawless } from './support/audit.ts';
import type { KillPoint } from './support/pipeline-settings.ts';
import { WorkerProcess } from './support/worker-process.ts';
import { World } from './support/world.ts';

interface Case {
  readonly fuse: boolean;
  readonly step: StepName;
  /** Route commits twice: its claim, and the record of what the venue said. */
  readonly nth?: number;
  readonly title: string;
  /** The venue does its work and its answer never comes. */
  readonly loseReply?: boolean;
}

/** With shared commits, by the step that the commit begins with. */
const SHARED: readonly Case[] = [
  { fuse: true, step: 'decide', title: 'decide + place + claim' },
  { fuse: true, step: 'route', title: 'record + apply + book + publish' },
  { fuse: true, step: 'route', title: 'record of an answer that never came', loseReply: true },
  { fuse: true, step: 'listen', title: 'listen + apply + book + publish' },
];
/** Each step in a commit of its own. */
const ALONE: readonly Case[] = [
  { fuse: false, step: 'decide', title: 'decide' },
  { fuse: false, step: 'place', title: 'place' },
  { fuse: false, step: 'route', title: 'route, its claim' },
  { fuse: false, step: 'route', nth: 2, title: 'route, its record' },
  { fuse: false, step: 'listen', title: 'listen' },
  { fuse: false, step: 'apply', title: 'apply' },
  { fuse: false, step: 'book', title: 'book' },
  { fuse: false, step: 'publish', title: 'publish' },
];
const SIDES = ['before-commit', 'after-commit'] as const;
const CASES = [...SHARED, ...ALONE].flatMap((one) => SIDES.map((point) => ({ ...one, point })));

describe('kill -9 of the worker on either side of a commit', () => {
  let world: World;
  let next: WorkerProcess;
  let signals = 0;

  beforeAll(async () => {
    next = new WorkerProcess();
    // Every order is filled in two parts, so that each signal also needs the venue's stream.
    world = await World.start({ venue: { partialFillPercent: 100, latencyMs: { min: 1, max: 5 } } });
  }, 30_000);
  afterEach(() => world.venue.reset());
  afterAll(async () => {
    await next.kill();
    await world.close();
  });

  it.each(CASES)(
    '$point of $title (shared commits: $fuse): nothing is lost or doubled',
    async (one) => {
      const victim = next;
      next = new WorkerProcess();
      const kill: KillPoint = { point: one.point, step: one.step, nth: one.nth ?? 1 };
      await victim.start(world.workerSettings({ fuse: one.fuse, kill }));
      if (one.loseReply) await world.venue.control({ lose_next_replies: 1 });
      // Two contracts: one cannot be filled in parts.
      await world.accept({ quantity: '2' });
      signals += 1;
      expect(await victim.ended()).toBe('SIGKILL');

      const heir = await world.run({ fuse: one.fuse });
      expect(await world.settled()).toEqual(flawless(signals));
      await heir.stop();
    },
    40_000,
  );
});
