import { describe, expect, it } from '@jest/globals';
import { overslept } from '../src/overslept.ts';

const deadline = new Date('2026-11-21T15:00:00.300Z');
const attempt = { broker: { capabilities: { answerGrace: '50 milliseconds' } }, deadline } as const;
const after = (milliseconds: number) => new Date(deadline.getTime() + milliseconds);

describe('a failure counts against the venue', () => {
  it.each([
    ['at once, as a cut connection', -290],
    ['when the answer is given up, at deadline and grace', 50],
    ['a little later, as on a busy machine', 290],
  ])('noticed %s', (_when, milliseconds) => expect(overslept(attempt, after(milliseconds))).toBe(false));

  it('but not when the process slept through the time in which an answer was due', () => {
    expect(overslept(attempt, after(301))).toBe(true);
    expect(overslept(attempt, after(40_000))).toBe(true);
  });
});
