import { describe, expect, it } from '@jest/globals';
import type { FileTallies, JestOutcome, JestRun } from '../../src/test-run/jest.ts';
import { runForgiving } from '../../src/test-run/second-chance.ts';

const good = { passed: 2, failed: 0, skipped: 1 };
const bad = { passed: 1, failed: 1, skipped: 1 };
const run: JestRun = {
  repository: '/',
  files: ['a', 'b', 'c', 'd', 'e'],
  inBand: false,
  coverageFolder: '/coverage',
  environment: {},
};

/** A jest whose runs end as told, and what it was asked for. */
function jestThat(...outcomes: FileTallies[]) {
  const asked: JestRun[] = [];
  const jest = (wanted: JestRun): Promise<JestOutcome> => {
    asked.push(wanted);
    const files = outcomes[asked.length - 1]!;
    return Promise.resolve({ files, broken: false });
  };
  return { asked, jest };
}

describe('a run that forgives an accident', () => {
  it('runs once where all passed', async () => {
    const { asked, jest } = jestThat(new Map([['a', good]]));
    expect(await runForgiving(run, jest)).toEqual({ tally: good, unsteady: [] });
    expect(asked).toHaveLength(1);
  });

  it('runs what failed again, alone and without coverage, and names what passed then', async () => {
    const first = new Map([
      ['a', good],
      ['b', bad],
      ['c', bad],
    ]);
    const second = new Map([
      ['b', good],
      ['c', bad],
    ]);
    const { asked, jest } = jestThat(first, second);
    expect(await runForgiving(run, jest)).toEqual({ tally: { passed: 5, failed: 1, skipped: 3 }, unsteady: ['b'] });
    expect(asked[1]).toMatchObject({ files: ['b', 'c'], inBand: true, coverageFolder: undefined });
  });

  it('keeps the failure of a file that the second run did not come to', async () => {
    const { jest } = jestThat(new Map([['a', bad]]), new Map());
    expect(await runForgiving(run, jest)).toEqual({ tally: bad, unsteady: [] });
  });

  it('forgives nothing where many fail, or where jest itself did', async () => {
    const many = jestThat(new Map(['a', 'b', 'c', 'd'].map((file) => [file, bad])));
    expect((await runForgiving(run, many.jest)).tally.failed).toBe(4);
    expect(many.asked).toHaveLength(1);
    const broken = await runForgiving(run, () => Promise.resolve({ files: new Map([['a', good]]), broken: true }));
    expect(broken.tally.failed).toBe(1);
  });
});
