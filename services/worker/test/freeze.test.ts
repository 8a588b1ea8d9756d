import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { flawless } from './support/audit.ts';
import type { KillPoint } from './support/pipeline-settings.ts';
import { WorkerProcess } from './support/worker-process.ts';
import { World } from './support/world.ts';

/** A frozen process keeps its sockets: Postgres still shows its session, and holds the locks of its open transaction. */
const CASES: readonly { readonly title: string; readonly at: Pick<KillPoint, 'point' | 'step'> }[] = [
  { title: 'with the transaction of its verdict open', at: { point: 'before-commit', step: 'decide' } },
  { title: 'with an order claimed and not sent', at: { point: 'after-commit', step: 'decide' } },
];

describe('a worker that is frozen, not dead', () => {
  let world: World;
  const victims: WorkerProcess[] = [];
  let signals = 0;
  beforeAll(async () => {
    world = await World.start();
  }, 30_000);
  afterAll(async () => {
    // Also after a failure: one that is frozen would be waited for.
    await Promise.all(victims.map((victim) => victim.kill()));
    await world.close();
  }, 30_000);

  it.each(CASES)(
    '$title: another process does its work, and it does no harm when it thaws',
    async ({ at }) => {
      const victim = new WorkerProcess();
      victims.push(victim);
      await victim.start(world.workerSettings({ kill: { ...at, nth: 1, signal: 'SIGSTOP' } }));
      await world.accept();
      signals += 1;
      await victim.frozen();

      // The heir reads the same account: what the frozen one has locked must not stop it for long.
      const heir = await world.run();
      expect(await world.settled(30_000)).toEqual(flawless(signals));
      await heir.stop();

      // Its own stale attempt comes first, then this signal, which nobody else is there to work on.
      victim.thaw();
      await world.accept();
      signals += 1;
      expect(await world.settled(30_000)).toEqual(flawless(signals));
      await victim.kill();
    },
    90_000,
  );
});
