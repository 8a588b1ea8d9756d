import { describe, expect, it } from '@jest/globals';
import type { DisturbedCall } from '../rehearsal/emulator/faults.ts';
import { disturbancesOf, everyCall, sampleOf, someCalls, Sweep, titleOf } from '../rehearsal/torture/cases.ts';
import { differenceOf, duplicatesIn } from '../rehearsal/torture/inventory.ts';
import { tortureUp } from '../rehearsal/torture/up.ts';
import { dev } from '../src/environments/dev.ts';

const call = (operation: string, subject: string, vendor = 'railway'): DisturbedCall => ({
  ...{ vendor, operation, subject, mutating: true },
});

describe('the cases of a torture', () => {
  it('are every kind on either side of the effect, and the kills of plugin and engine', () => {
    const kinds = new Set(disturbancesOf('railway').map(({ kind, moment }) => `${kind} ${moment}`));
    const either = ['500', '503', 'timeout', 'reset', 'kill', 'kill-engine'].flatMap((kind) => [
      `${kind} before`,
      `${kind} after`,
    ]);
    expect([...kinds].sort()).toEqual(['429 before', ...either].sort());
  });

  it('give each change every disturbance once in as many rounds as there are', () => {
    const all = disturbancesOf('vercel');
    const had = all.map((_, round) => everyCall(7, round)('vercel', 'vercel create project #1'));
    expect(new Set(had)).toEqual(new Set(all));
  });

  it('disturb a change when it is asked for the first time, and let it through in the next run', () => {
    const sweep = new Sweep(() => ({ kind: '503', moment: 'after', lasting: true }));
    sweep.begin();
    expect(sweep.decide(call('ServiceCreate', 'api'))).toMatchObject({ kind: '503', moment: 'after' });
    expect(sweep.decide(call('ServiceCreate', 'api'))).toBeDefined();
    expect(sweep.decide({ ...call('Services', 'all'), mutating: false })).toBeUndefined();
    sweep.begin();
    expect(sweep.decide(call('ServiceCreate', 'api'))).toBeUndefined();
    expect(sweep.decide(call('ServiceCreate', 'worker'))).toBeDefined();
    expect(sweep.cases.map(titleOf)).toEqual([
      '503 after railway ServiceCreate #1, lasting',
      '503 after railway ServiceCreate #2, lasting',
    ]);
  });

  it('disturb once what does not last', () => {
    const sweep = new Sweep(() => ({ kind: 'reset', moment: 'before', lasting: false }));
    sweep.begin();
    expect(sweep.decide(call('ServiceCreate', 'api'))).toBeDefined();
    expect(sweep.decide(call('ServiceCreate', 'api'))).toBeUndefined();
  });

  it('are chosen the same way for the same seed', () => {
    const many = Array.from({ length: 100 }, (_, index) => index);
    expect(sampleOf(many, 5, 7)).toEqual(sampleOf(many, 5, 7));
    expect(sampleOf(many, 5, 7)).not.toEqual(sampleOf(many, 5, 8));
    const chosen = (seed: number): unknown[] =>
      many.map((place) => someCalls(seed, 0.25)('github', `create #${place}`));
    expect(chosen(1)).toEqual(chosen(1));
    expect(chosen(1)).not.toEqual(chosen(2));
  });

  it('notice a duplicate and what is missing', () => {
    expect(differenceOf(['a', 'b'], ['a', 'a'])).toEqual({ tooMuch: ['a'], missing: ['b'] });
    expect(duplicatesIn(['a', 'b', 'a'])).toEqual(['a']);
  });
});

describe('up, disturbed', () => {
  it('comes through in the end and makes nothing twice, and destroy leaves nothing, for a sample of twenty', async () => {
    const told: string[] = [];
    const tell = (line: string): void => void told.push(line);
    const verdict = await tortureUp({ environment: dev, choose: someCalls(3300, 0.25), destroy: true, tell });
    expect(verdict.problems).toEqual([]);
    // Twenty of the changes of an undisturbed update; a disturbed one may do without one or two of those.
    expect(verdict.cases.length).toBeGreaterThanOrEqual(18);
    expect(verdict.cases.map(({ disturbance: { kind } }) => kind)).toEqual(
      expect.arrayContaining(['kill', 'kill-engine', 'reset']),
    );
    // What an official provider made and could not note was found and taken over, not made again.
    expect(verdict.adopted.length).toBeGreaterThan(0);
  }, 900_000);
});
