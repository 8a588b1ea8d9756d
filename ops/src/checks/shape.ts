import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** What is measured of one source file. */
export interface FileShape {
  readonly path: string;
  readonly lines: number;
  /** Lines with nothing but a comment; code with a comment behind it counts as code. */
  readonly commentLines: number;
}

/** Figures over many files, as the aims of the design name them. */
export interface ShapeSummary {
  readonly files: number;
  readonly medianLines: number;
  readonly p90Lines: number;
  readonly longest: FileShape;
  /** Percent of the lines that are not blank. */
  readonly commentShare: number;
}

/** Marks the lines that a token stands on; a text over several lines stands on all of them. */
function markCode(node: ts.Node, file: ts.SourceFile, code: Set<number>): void {
  if (ts.isJSDoc(node)) return;
  const children = node.getChildren(file);
  if (children.length > 0) {
    for (const child of children) markCode(child, file, code);
    return;
  }
  if (node.getWidth(file) === 0) return;
  const first = file.getLineAndCharacterOfPosition(node.getStart(file)).line;
  const last = file.getLineAndCharacterOfPosition(node.getEnd()).line;
  for (let line = first; line <= last; line += 1) code.add(line);
}

/** Measures a TypeScript source text. A line that is neither blank nor under a token is a comment. */
export function shapeOf(path: string, source: string): FileShape & { readonly blankLines: number } {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const code = new Set<number>();
  markCode(file, file, code);
  const lines = source.replace(/\n$/, '').split('\n');
  const blank = (line: string): boolean => line.trim() === '';
  return {
    path,
    lines: lines.length,
    commentLines: lines.filter((line, index) => !blank(line) && !code.has(index)).length,
    blankLines: lines.filter(blank).length,
  };
}

/** Summary of the files at the given paths; throws when there is none. */
export function summarise(paths: readonly string[]): ShapeSummary {
  const shapes = paths.map((path) => shapeOf(path, readFileSync(path, 'utf8'))).sort((a, b) => a.lines - b.lines);
  const longest = shapes.at(-1);
  if (!longest) throw new Error('There is no source file to measure; check the paths');
  const at = (share: number): number => shapes[Math.min(shapes.length - 1, Math.floor(shapes.length * share))]!.lines;
  const sum = (pick: (shape: (typeof shapes)[number]) => number): number =>
    shapes.reduce((total, each) => total + pick(each), 0);
  const written = sum(({ lines }) => lines) - sum(({ blankLines }) => blankLines);
  return {
    files: shapes.length,
    medianLines: at(0.5),
    p90Lines: at(0.9),
    longest,
    commentShare: Math.round((sum(({ commentLines }) => commentLines) / written) * 1_000) / 10,
  };
}
