import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { ResultRow } from '../../bench/harness/result.ts';
import { becomeOwnStack } from '../fixture/own-stack.ts';

/** A short `npm run torture:halt` on a stack of its own, with another seed each time. Times are held by the long one. */
jest.setTimeout(400_000);

let remove: () => void;
let engine: (words: readonly string[]) => Promise<string>;

beforeAll(async () => {
  remove = await becomeOwnStack();
  ({ engine } = await import('../../bench/harness/stack.ts'));
  await engine(['up']);
});

afterAll(async () => {
  await engine(['destroy', '--wipe']);
  remove();
});

it('no order leaves after the proof of a halt, whatever is frozen, and what works or is held is gone', async () => {
  const { tortureHalt } = await import('../../torture/halting/run.ts');
  const seed = randomInt(1, 1_000_000);
  process.stderr.write(`torture:halt --seed ${seed} --short\n`);
  const size = { halts: 8, perSecond: 30, workingOrders: 50, positions: 10 };
  const { rows } = await tortureHalt({ seed, ...size, weathers: ['redis', 'api', 'worker'] });
  const row = (what: RegExp): ResultRow => rows.find((one) => what.test(one.what) && /after the proof/.test(one.must))!;
  expect(row(/halts at/).measured).toBe('0 orders after the proof');
  // That 50 orders were cancelled and 10 positions closed, by the venue's log, is what the run throws about otherwise.
  expect(rows.map(({ what }) => what)).toEqual(
    expect.arrayContaining(['50 working orders cancelled', '10 positions flattened']),
  );
});
