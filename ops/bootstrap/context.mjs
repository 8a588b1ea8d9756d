import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Where things are, and what the user set. Built once per run and handed to every step; nothing else reads
 * process.env for these.
 *
 * @typedef {object} Context
 * @property {string} repository absolute path of the clone
 * @property {string} state      `<repository>/.keelson`, everything that belongs to this clone; KEELSON_STATE_DIR moves it
 * @property {string} cache      per-user folder of immutable tools, shared by clones
 * @property {string} platform   e.g. `linux-x64`
 * @property {NodeJS.ProcessEnv} env
 * @property {AbortSignal} signal aborted on Ctrl-C and when a sibling step failed
 */

/**
 * @param {NodeJS.ProcessEnv} env @param {AbortSignal} [signal]
 * @returns {Context}
 */
export function createContext(env, signal = new AbortController().signal) {
  const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
  return {
    repository,
    state: env['KEELSON_STATE_DIR'] ? resolve(env['KEELSON_STATE_DIR']) : join(repository, '.keelson'),
    cache: cacheFolder(env),
    platform: `${process.platform}-${process.arch}`,
    env,
    signal,
  };
}

/** @param {NodeJS.ProcessEnv} env */
function cacheFolder(env) {
  if (env['KEELSON_CACHE_DIR']) return resolve(env['KEELSON_CACHE_DIR']);
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'keelson');
}
