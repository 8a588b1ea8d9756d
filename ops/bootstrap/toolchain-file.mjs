import { join } from 'node:path';
import { findEntry } from './cache.mjs';
import { isExecutable, readIfThere, writeAtomically } from './files.mjs';
import { acquireLock } from './lock.mjs';
import { toolbox } from './toolbox.mjs';

/**
 * `.keelson/toolchain.json`: where this clone's tools are. Written here, read by everything else.
 *
 * @typedef {object} Toolchain
 * @property {string} [node] absolute path of Node 24
 * @property {Omit<import('./tools/pulumi.mjs').PulumiEntry, 'languageHost'>} [pulumi]
 * @property {'bundled' | 'ours'} [languageHost]
 * @property {import('./tools/postgres.mjs').PostgresEntry} [postgres]
 * @property {import('./tools/postgres.mjs').PreviousEntry} [postgres16]
 * @property {import('./tools/redis.mjs').RedisEntry} [redis]
 * @property {import('./tools/k6.mjs').K6Entry} [k6]
 *
 * @typedef {Partial<Record<import('./toolbox.mjs').ToolName, any>>} Entries what the tools said; any as in the toolbox
 */

/** @param {import('./context.mjs').Context} context */
export function toolchainFile(context) {
  return join(context.state, 'toolchain.json');
}

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<Toolchain>} empty when there is none or it does not parse: it can always be written anew
 */
export async function readToolchain(context) {
  const text = await readIfThere(toolchainFile(context));
  try {
    return JSON.parse(text ?? '{}');
  } catch {
    // Cut off by a crash of the machine; every entry is found again by looking.
    return {};
  }
}

/**
 * Adds what was found to the file. Other entries stay as long as they still hold.
 *
 * @param {import('./context.mjs').Context} context @param {Entries} found
 * @returns {Promise<Toolchain>}
 */
export async function updateToolchain(context, found) {
  const release = await acquireLock(join(context.state, 'locks', 'toolchain'), { signal: context.signal });
  try {
    const old = await readToolchain(context);
    const kept = await keepValid(context, old);
    const next = { ...kept, ...toToolchain(found) };
    if (JSON.stringify(next) !== JSON.stringify(old)) {
      await writeAtomically(toolchainFile(context), JSON.stringify(next, null, 2) + '\n');
    }
    return next;
  } finally {
    await release();
  }
}

/** @param {Entries} found @returns {Toolchain} */
function toToolchain({ node, pulumi, deps: _installed, ...others }) {
  /** @type {Toolchain} */
  const toolchain = { ...others };
  if (node !== undefined) toolchain.node = node.path;
  if (pulumi !== undefined) {
    const { languageHost, ...engine } = pulumi;
    Object.assign(toolchain, { pulumi: engine, languageHost });
  }
  return toolchain;
}

/**
 * @param {import('./context.mjs').Context} context @param {Toolchain} old
 * @returns {Promise<Toolchain>}
 */
async function keepValid(context, old) {
  const problems = await findProblems(context, old);
  const broken = new Set(problems.map((problem) => problem.tool));
  if (broken.has('pulumi')) broken.add('languageHost');
  return Object.fromEntries(Object.entries(old).filter(([tool]) => !broken.has(tool)));
}

/**
 * @param {import('./context.mjs').Context} context @param {Toolchain} toolchain
 * @returns {Promise<{ tool: string, problem: string }[]>} entries that no longer hold
 */
export async function findProblems(context, toolchain) {
  const problems = [];
  for (const tool of /** @type {const} */ (['node', 'pulumi', 'postgres', 'postgres16', 'redis', 'k6'])) {
    const entry = toolchain[tool];
    if (entry === undefined) continue;
    const problem = await problemOf(context, tool, entry);
    if (problem !== null) problems.push({ tool, problem });
  }
  return problems;
}

/**
 * @param {import('./context.mjs').Context} context @param {import('./toolbox.mjs').ToolName} tool
 * @param {string | Record<string, any>} entry as read from the file
 * @returns {Promise<string | null>}
 */
async function problemOf(context, tool, entry) {
  if (typeof entry !== 'string' && entry['source'] === 'url') {
    return context.env[entry['urlVariable']] ? null : `${entry['urlVariable']} is not set any more`;
  }
  const path =
    typeof entry === 'string' ? entry : (entry['path'] ?? entry['server'] ?? join(entry['binDir'] ?? '', 'postgres'));
  if (!isExecutable(path)) return `${path} is gone`;
  const recipe = await toolbox[tool].recipe?.(context);
  const fromPath = typeof entry === 'string' ? !path.startsWith(context.cache + '/') : entry['source'] === 'path';
  if (fromPath || recipe === undefined) return null;
  const current = await findEntry(context, recipe);
  return current !== null && path.startsWith(current.folder + '/')
    ? null
    : `${path} is not the version that is pinned now`;
}
