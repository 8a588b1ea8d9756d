import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findOnPath, isExecutable } from '../files.mjs';
import { pulumi as pins } from '../manifest.mjs';
import { run } from '../run.mjs';
import { isAtLeast, parseVersion } from '../version.mjs';
import { goRecipe, locateCached, provideGoTool } from './go-tool.mjs';

/**
 * @typedef {{ path: string, version: string, source: string, languageHost: 'bundled' | 'ours' }} PulumiEntry
 *   languageHost: whether the program that runs TypeScript for the engine came with it; where not, ours is put on PATH
 */

const pin = { tool: 'pulumi', ...pins };

export const title = 'Pulumi engine';

/** @param {import('../context.mjs').Context} context @returns {Promise<PulumiEntry | null>} */
export async function locate(context) {
  for (const path of findOnPath(context, 'pulumi')) {
    const version = await askVersion(context, path);
    if (isAtLeast(version, pins.oldest)) return describe(path, version ?? '', 'path');
  }
  const cached = await locateCached(context, pin);
  return cached && describe(cached.path, pins.version, cached.source);
}

/**
 * @param {import('../context.mjs').Context} context @param {import('../steps.mjs').Step} step
 * @returns {Promise<PulumiEntry>}
 */
export async function provide(context, step) {
  const { path, source } = await provideGoTool(context, step, pin);
  return describe(path, pins.version, source);
}

/** @param {PulumiEntry} entry */
export function summary(entry) {
  return `${entry.version} (${entry.source}, language host ${entry.languageHost})`;
}

/**
 * @param {import('../context.mjs').Context} context @param {string} path
 * @returns {Promise<string | null>}
 */
export async function askVersion(context, path) {
  const env = { ...context.env, PULUMI_SKIP_UPDATE_CHECK: 'true' };
  const answer = await run(path, ['version'], { env, timeoutMs: 10_000 });
  return answer.code === 0 ? parseVersion(answer.stdout) : null;
}

/** @param {string} path @param {string} version @param {string} source @returns {PulumiEntry} */
function describe(path, version, source) {
  const folders = [dirname(path), dirname(realpathSync(path))];
  const bundled = folders.some((folder) => isExecutable(join(folder, 'pulumi-language-nodejs')));
  return { path, version, source, languageHost: bundled ? 'bundled' : 'ours' };
}

/** @param {import('../context.mjs').Context} context */
export function recipe(context) {
  return goRecipe(context, pin);
}
