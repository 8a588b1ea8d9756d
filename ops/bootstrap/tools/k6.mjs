import { findOnPath } from '../files.mjs';
import { k6 as pins } from '../manifest.mjs';
import { run } from '../run.mjs';
import { isAtLeast, parseVersion } from '../version.mjs';
import { goRecipe, locateCached, provideGoTool } from './go-tool.mjs';

/** @typedef {{ path: string, version: string, source: string }} K6Entry */

const pin = { tool: 'k6', ...pins };

export const title = 'k6';

/** @param {import('../context.mjs').Context} context @returns {Promise<K6Entry | null>} */
export async function locate(context) {
  for (const path of findOnPath(context, 'k6')) {
    const version = parseVersion((await run(path, ['version'], { env: context.env, timeoutMs: 10_000 })).stdout);
    if (version !== null && isAtLeast(version, pins.oldest)) return { path, version, source: 'path' };
  }
  const cached = await locateCached(context, pin);
  return cached && { path: cached.path, version: pins.version, source: cached.source };
}

/**
 * @param {import('../context.mjs').Context} context @param {import('../steps.mjs').Step} step
 * @returns {Promise<K6Entry>}
 */
export async function provide(context, step) {
  const { path, source } = await provideGoTool(context, step, pin);
  return { path, version: pins.version, source };
}

/** @param {K6Entry} entry */
export function summary(entry) {
  return `${entry.version} (${entry.source})`;
}

/** @param {import('../context.mjs').Context} context */
export function recipe(context) {
  return goRecipe(context, pin);
}
