import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import type { HaltKill, HaltSettings } from '../support/halt-program.ts';
import { HaltWorld } from '../support/halt-world.ts';

const PROGRAM = fileURLToPath(new URL('../support/halt-program.ts', import.meta.url));

/** Runs a driver in a process of its own; the signal that ended it, null when it came to its own end. */
async function drive(settings: HaltSettings): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdin.end(`${JSON.stringify(settings)}\n`);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code !== null && code !== 0) throw new Error(`The driver failed: ${said}`);
  return signal;
}

const KILLS: readonly HaltKill[] = [
  { at: 'request', side: 'after' },
  { at: 'block', side: 'after' },
  { at: 'cancelAll', side: 'before' },
  { at: 'cancelAll', side: 'after' },
  { at: 'openOrders', side: 'after' },
  { at: 'positions', side: 'before' },
  { at: 'run', side: 'before' },
  { at: 'submit', side: 'before' },
  { at: 'submit', side: 'after' },
];

describe('kill -9 of whoever drives a halt', () => {
  let world: HaltWorld;
  beforeAll(async () => {
    world = await HaltWorld.start();
  }, 30_000);
  afterEach(() => world.reset());
  afterAll(() => world.close());

  it.each(KILLS)(
    '$side $at: the next one finishes it, and nothing is closed twice',
    async (kill) => {
      await world.position('5');
      await world.manualOrder();
      const { scope } = world;
      const haltId = newId();
      const request = { scope, cancelAll: false, flatten: true, reason: 'a test', actor: 'tester', origin: 'operator' };
      const settings = { databaseUrl: world.database.appUrl, venueUrl: world.venue.url, haltId } as const;
      const wanted = { ...settings, request } as HaltSettings;
      expect(await drive({ ...wanted, kill })).toBe('SIGKILL');

      const heir = await world.driver();
      const halt = await heir.procedure.drive(haltId, AbortSignal.timeout(20_000));
      expect(halt).toMatchObject({ phase: 'done', proof: { ordersOpen: 0, positionsOpen: 0 } });
      expect(await world.shown()).toEqual({ open: 0, positions: {} });
      const executed = await world.executed();
      expect(executed).toEqual([{ side: 'sell', quantity: '5' }]);
      await heir.stop();
    },
    40_000,
  );
});
