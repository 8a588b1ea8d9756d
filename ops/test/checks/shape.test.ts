import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { shapeOf, summarise } from '../../src/checks/shape.ts';

describe('shapeOf', () => {
  it('counts lines that hold only a comment, of both kinds, and none that is inside a text', () => {
    const source = [
      '/**',
      ' * Two',
      ' */',
      'const a = 1; // behind code',
      '',
      '// alone',
      'const b = `a',
      '// text`;',
      '',
    ].join('\n');
    expect(shapeOf('a.ts', source)).toEqual({ path: 'a.ts', lines: 8, commentLines: 4, blankLines: 1 });
  });
});

describe('summarise', () => {
  it('gives median, p90, the longest file and the share of comments', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'keelson-shape-'));
    try {
      const files = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((lines) => {
        const file = path.join(folder, `${lines}.ts`);
        writeFileSync(file, `// why\n${'"a";\n'.repeat(lines - 1)}`);
        return file;
      });
      const summary = summarise(files);
      expect(summary).toMatchObject({ files: 10, medianLines: 6, p90Lines: 10, commentShare: 18.2 });
      expect(summary.longest.lines).toBe(10);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses to measure nothing', () => {
    expect(() => summarise([])).toThrow('no source file');
  });
});
