import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { ResultRow } from '../../bench/harness/result.ts';
import { becomeOwnStack } from '../fixture/own-stack.ts';

/**
 * Short `npm run torture:runaway` and `torture:kill-storm` on a stack of their own, with another seed each time. What
 * depends on how fast the machine is (a p95, a second, who expires behind a flood) is held by the long ones. The storm goes
 * first: what a flood leaves behind it would be in its way.
 */
jest.setTimeout(600_000);

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

const newSeed = (name: string): number => {
  const seed = randomInt(1, 1_000_000);
  process.stderr.write(`torture:${name} --seed ${seed} --short\n`);
  return seed;
};
const find = (rows: readonly ResultRow[], what: RegExp): ResultRow => rows.find((row) => what.test(row.what))!;

it('nothing is lost, doubled or booked wrongly while everything dies again and again', async () => {
  const { tortureKillStorm } = await import('../../torture/kill-storming/storm.ts');
  const size = { signals: 400, kills: 20, freezeMs: [1_000, 4_000] as const };
  const { rows } = await tortureKillStorm({ seed: newSeed('kill-storm'), ...size });
  // How soon the queue is empty depends on the machine, and is held by the long run.
  expect(rows.filter(({ met, what }) => !met && !/queue empty/.test(what))).toEqual([]);
});

it('a strategy that runs away is halted, and no more than its cap is ordered', async () => {
  const { tortureRunaway } = await import('../../torture/running-away/runaway.ts');
  const size = { signals: 3_000, floodMs: 4_000, calmMs: 2_000 };
  const { rows, details } = await tortureRunaway({ seed: newSeed('runaway'), ...size });
  expect(find(rows, /its orders at the venue/).met).toBe(true);
  expect(details['the strategy']!['halted']).toMatch(/^runaway: /);
  expect(find(rows, /by HTTP with its key/).met).toBe(true);
});
