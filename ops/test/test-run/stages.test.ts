import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { linesOfCode, sumCoverage } from '../../src/test-run/coverage.ts';
import { filesByStage, stageOf } from '../../src/test-run/stages.ts';
import { add, finalLine } from '../../src/test-run/tally.ts';
import { repository, temporaryFolder } from '../fixture/keelson.ts';

describe('stageOf', () => {
  it.each([
    ['libs/base/kernel/test/id.test.ts', "import { newId } from '../src/id.ts';", 'unit'],
    ['libs/trading/risk/test/store.test.ts', "import { testDatabase } from '@keelson/testkit';", 'integration'],
    ['services/api/test/webhooks.test.ts', '', 'integration'],
    ['infra/test/plan.test.ts', "import { testDatabase } from '@keelson/testkit';", 'infra'],
    ['ops/test/end-to-end/stack.test.ts', '', 'end-to-end'],
  ])('%s is in its stage', (file, text, expected) => {
    expect(stageOf(file, text)).toBe(expected);
  });

  it('gives every test file of the repository one stage, and a pattern selects among them', () => {
    const all = [...filesByStage(repository, undefined).values()].flat();
    expect(all).toContain('ops/test/test-run/stages.test.ts');
    expect(new Set(all).size).toBe(all.length);
    expect([...filesByStage(repository, /test-run\/stages/).values()].flat()).toEqual([
      'ops/test/test-run/stages.test.ts',
    ]);
  });
});

describe('the last line', () => {
  it('is the sum of all stages', () => {
    expect(finalLine(add({ passed: 2, failed: 0, skipped: 1 }, { passed: 3, failed: 1, skipped: 0 }))).toBe(
      '5 passed, 1 failed, 1 skipped',
    );
  });
});

describe('coverage', () => {
  it('counts only lines on which something can run', () => {
    const source = [
      '/** Says. */',
      'interface Shape {',
      '  size: number;',
      '}',
      '',
      '// no',
      'export const a = (): number => {',
      '  return 1;',
      '};',
    ];
    expect([...linesOfCode(source.join('\n'))]).toEqual([7, 8]);
  });

  it('counts a line as run when any stage ran it', () => {
    const folder = temporaryFolder();
    const file = join(folder.path, 'libs', 'base', 'kernel', 'src', 'x.ts');
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, ['const a = 1;', 'const b = 2;', 'const c = 3;', 'const d = 4;'].join('\n'));
    const statementMap = Object.fromEntries([1, 2, 3, 4].map((line) => [line, { start: { line }, end: { line } }]));
    const stage = (name: string, hits: number[]) => {
      const report = { [file]: { statementMap, s: Object.fromEntries(hits.map((hit, index) => [index + 1, hit])) } };
      mkdirSync(join(folder.path, name));
      writeFileSync(join(folder.path, name, 'coverage-final.json'), JSON.stringify(report));
      return join(folder.path, name);
    };
    const sum = sumCoverage(folder.path, [stage('unit', [1, 0, 0, 0]), stage('integration', [0, 5, 1, 0])]);
    expect(sum).toEqual({ lines: 4, covered: 3, percent: 75, packages: [{ name: 'libs/base/kernel', percent: 75 }] });
    folder.remove();
  });
});
