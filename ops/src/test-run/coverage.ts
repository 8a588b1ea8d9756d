import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join, relative } from 'node:path';
import { z } from 'zod';

/** Share of lines of libs/ that the tests must run. */
export const REQUIRED_PERCENT = 80;

const position = z.object({ line: z.number() });
const fileCoverage = z.object({
  statementMap: z.record(z.string(), z.object({ start: position })),
  s: z.record(z.string(), z.number()),
});

export interface CoverageSum {
  readonly lines: number;
  readonly covered: number;
  /** 0 to 100, one decimal. */
  readonly percent: number;
  /** Packages from the least covered on. */
  readonly packages: readonly { readonly name: string; readonly percent: number }[];
}

type LineHits = Map<number, number>;

/**
 * Lines, from 1, on which something is left once types and comments are gone. The engine counts every line of a file
 * that was never loaded as not run, also those of interfaces and comments, which nothing can run.
 */
export function linesOfCode(source: string): ReadonlySet<number> {
  const lines = stripTypeScriptTypes(source).split('\n');
  const code = lines.map((line) => /[^\s{}()[\];,]/.test(line) && !/^\s*(\/\/|\/?\*)/.test(line));
  return new Set(code.flatMap((is, index) => (is ? [index + 1] : [])));
}

function addFile(hits: LineHits, file: z.infer<typeof fileCoverage>, code: ReadonlySet<number>): void {
  for (const [id, { start }] of Object.entries(file.statementMap)) {
    if (code.has(start.line)) hits.set(start.line, (hits.get(start.line) ?? 0) + (file.s[id] ?? 0));
  }
}

/** Package of a source: libs/base/kernel/src/id.ts → libs/base/kernel. */
function packageOf(file: string): string {
  return file.split('/').slice(0, 3).join('/');
}

function percent(covered: number, lines: number): number {
  return lines === 0 ? 100 : Math.floor((covered / lines) * 1_000) / 10;
}

/** Unites the coverage of several runs: a line counts once it was run by any of them. */
export function sumCoverage(repository: string, folders: readonly string[]): CoverageSum {
  const files = new Map<string, LineHits>();
  for (const folder of folders) {
    const report = join(folder, 'coverage-final.json');
    if (!existsSync(report)) continue;
    const parsed = z.record(z.string(), fileCoverage).parse(JSON.parse(readFileSync(report, 'utf8')));
    for (const [path, file] of Object.entries(parsed)) {
      const name = relative(repository, path);
      const hits = files.get(name) ?? new Map<number, number>();
      addFile(hits, file, linesOfCode(readFileSync(path, 'utf8')));
      files.set(name, hits);
    }
  }
  const byPackage = new Map<string, { lines: number; covered: number }>();
  for (const [name, hits] of files) {
    const sum = byPackage.get(packageOf(name)) ?? { lines: 0, covered: 0 };
    sum.lines += hits.size;
    sum.covered += [...hits.values()].filter((count) => count > 0).length;
    byPackage.set(packageOf(name), sum);
  }
  const lines = [...byPackage.values()].reduce((total, sum) => total + sum.lines, 0);
  const covered = [...byPackage.values()].reduce((total, sum) => total + sum.covered, 0);
  const packages = [...byPackage]
    .map(([name, sum]) => ({ name, percent: percent(sum.covered, sum.lines) }))
    .sort((left, right) => left.percent - right.percent);
  return { lines, covered, percent: percent(covered, lines), packages };
}
