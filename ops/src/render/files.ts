import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Renderer, RenderSource } from './renderer.ts';

/** What became of one rendered file. `skipped`: this machine cannot render it, the committed one stands. */
export interface Outcome {
  readonly path: string;
  readonly state: 'current' | 'stale' | 'written' | 'skipped';
}

async function existing(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Renders every file below `root`. With `write` the ones that differ are replaced ("written"); without, nothing is
 * touched and they are reported as "stale".
 */
export async function renderFiles(
  root: string,
  renderers: readonly Renderer[],
  source: RenderSource,
  write: boolean,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const renderer of renderers) {
    const file = path.join(root, renderer.path);
    const [text, before] = await Promise.all([renderer.render(source), existing(file)]);
    if (text === undefined) outcomes.push({ path: renderer.path, state: 'skipped' });
    else if (text === before) outcomes.push({ path: renderer.path, state: 'current' });
    else if (write) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
      outcomes.push({ path: renderer.path, state: 'written' });
    } else outcomes.push({ path: renderer.path, state: 'stale' });
  }
  return outcomes;
}
