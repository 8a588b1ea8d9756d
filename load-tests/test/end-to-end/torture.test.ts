import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { ResultRow } from '../../bench/harness/result.ts';
import { becomeOwnStack } from '../fixture/own-stack.ts';

/**
 * Short `npm run torture:runaway` and `torture:kill-storm` on a stack of their own, with another seed each time. What
 * depends on how fast the machine is (a p95, a second) is held by the long ones.
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

it('a strategy that runs away is halted, no more than its cap is ordered, and nobody else loses a signal', async () => {
  const { tortureRunaway } = await import('../../torture/running-away/runaway.ts');
  const size = { signals: 3_000, floodMs: 4_000, calmMs: 2_000 };
  const { rows, details } = await tortureRunaway({ seed: newSeed('runaway'), ...size });
  expect(find(rows, /its orders at the venue/).met).toBe(true);
  expect(details['the strategy']!['halted']).toMatch(/^runaway: /);
  expect(find(rows, /by HTTP with its key/).met).toBe(true);
  expect(find(rows, /signals of the others/).measured).toBe('0 lost');
});

it('nothing is lost, doubled or booked wrongly while everything dies again and again', async () => {
  const { tortureKillStorm } = await import('../../torture/kill-storming/storm.ts');
  const size = { signals: 400, kills: 20, freezeMs: [1_000, 4_000] as const };
  const { rows } = await tortureKillStorm({ seed: newSeed('kill-storm'), ...size });
  expect(rows.filter(({ met }) => !met)).toEqual([]);
});
