import { mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { repository } from '../../bench/harness/stack.ts';

const state = resolve(process.env['KEELSON_STATE_DIR'] ?? join(repository, '.keelson'));

/** A folder for the logs of one run, beside the stack's own; kept afterwards, for whoever doubts a number. */
export function runFolder(name: string, seed: number): string {
  const at = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const folder = join(state, 'torture', `${name}-${at}-seed-${seed}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * An append-only log of one part of a run: who sends, who kills, who checks. A line is in the file before anything
 * follows from it, so what a run says of itself can be held against what it did. No key is ever written to it.
 */
export class Journal<Line extends object> {
  readonly path: string;
  readonly #file: number;

  constructor(folder: string, part: string) {
    this.path = join(folder, `${part}.jsonl`);
    this.#file = openSync(this.path, 'ax');
  }

  append(line: Line): void {
    writeSync(this.#file, `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
  }

  /** What was written so far, read back from the file. */
  lines(): (Line & { readonly at: string })[] {
    const text = readFileSync(this.path, 'utf8');
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line & { at: string }]));
  }
}
