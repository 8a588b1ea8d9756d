import { describe, expect, it } from '@jest/globals';
import { sizeLimits } from '../../src/checks/sizes.ts';
import { lint } from './lint.ts';

const statements = (count: number): string => "'a';\n".repeat(count);
/** A function of exactly so many lines. */
const functionOf = (lines: number): string => `function long() {\n${statements(lines - 2)}}\n`;
const classWith = (parameters: number): string =>
  `class Wide { constructor(${Array.from({ length: parameters }, (_, index) => `a${index}: string`).join(', ')}) {} }`;

const source = 'libs/trading/risk/src/a.ts';
const test = 'libs/trading/risk/test/a.test.ts';

describe('the size limits', () => {
  it('are those of the design', () => {
    expect(sizeLimits).toEqual({ sourceFile: 450, testFile: 500, function: 70, constructorDependencies: 7 });
  });

  it.each([
    ['a source file of 451 lines', source, statements(451), 'Size limit "file": 451 lines, at most 450'],
    ['a test file of 501 lines', test, statements(501), 'Size limit "file": 501 lines, at most 500'],
    ['a function of 71 lines', source, functionOf(71), 'Size limit "function": 71 lines, at most 70'],
    ['an arrow function of 71 lines', source, `const long = () => {\n${statements(69)}};`, 'Size limit "function": 71'],
    [
      'a test of 71 lines',
      test,
      `describe('x', () => { it('y', () => {\n${statements(69)}}); });`,
      'Size limit "function"',
    ],
    ['a constructor with 8 dependencies', source, classWith(8), 'Size limit "constructor": 8 dependencies, at most 7'],
  ])('refuse %s, with the fix', (_name, file, text, message) => {
    const found = lint(file, text);
    expect(found).toEqual([expect.stringContaining(message)]);
    expect(found[0]).toContain('Fix: ');
  });

  it.each([
    ['a source file of 450 lines', source, statements(450)],
    ['a test file of 500 lines', test, statements(500)],
    ['a function of 70 lines', source, functionOf(70)],
    ['a constructor with 7 dependencies', source, classWith(7)],
    ['a suite that is as long as its file', test, `describe('x', () => {\n${statements(400)}});`],
    ['a parametrised suite', test, `describe.each([1])('x', () => {\n${statements(400)}});`],
    ['a migration that lists its statements', 'libs/base/persistence/src/migrations/a.ts', functionOf(200)],
  ])('let %s pass', (_name, file, text) => {
    expect(lint(file, text)).toEqual([]);
  });
});
