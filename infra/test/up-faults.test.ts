import { describe, expect, it } from '@jest/globals';
import type { JournalEntry } from '../rehearsal/emulator/journal.ts';
import { casesOf, nameOf, sampleOf } from '../rehearsal/torture/cases.ts';
import { differenceOf } from '../rehearsal/torture/inventory.ts';
import { tortureUp } from '../rehearsal/torture/up-faults.ts';
import { dev } from '../src/environments/dev.ts';

const entry = (operation: string, mutating = true): JournalEntry => ({
  ...{ sequence: 1, at: 0, vendor: 'railway', operation, mutating, effective: mutating, status: 200 },
});

describe('the cases of a torture', () => {
  it('disturb each change, by its place among those of its name, in every kind', () => {
    const cases = casesOf('dev', [entry('ServiceCreate'), entry('Services', false), entry('ServiceCreate')]);
    expect(cases).toHaveLength(2 * (7 * 2 + 2));
    expect(new Set(cases.map(nameOf)).size).toBe(cases.length);
    expect(nameOf(cases.at(-1)!)).toBe('dev: kill after railway ServiceCreate #2');
  });

  it('are chosen the same way for the same seed', () => {
    const many = Array.from({ length: 100 }, (_, index) => index);
    expect(sampleOf(many, 5, 7)).toEqual(sampleOf(many, 5, 7));
    expect(sampleOf(many, 5, 7)).not.toEqual(sampleOf(many, 5, 8));
    expect(new Set(sampleOf(many, 50, 1)).size).toBe(50);
  });

  it('notice a duplicate and what is missing', () => {
    expect(differenceOf(['a', 'b'], ['a', 'a'])).toEqual({ tooMuch: ['a'], missing: ['b'] });
  });
});

describe('up, disturbed', () => {
  it('makes exactly what was wanted at the next try, for a sample of the cases', async () => {
    const verdicts = await tortureUp({ environment: dev, sample: 3, seed: 20, tell: () => undefined });
    expect(verdicts).toHaveLength(3);
    expect(verdicts.filter(({ problems }) => problems.length > 0)).toEqual([]);
  }, 400_000);
});
