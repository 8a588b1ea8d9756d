import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureEntry, findEntry } from '../cache.mjs';
import { SetupError } from '../failure.mjs';
import { digestFile, findOnPath, listFolder } from '../files.mjs';
import { node as pins } from '../manifest.mjs';
import { findNpm, npmEnvironment } from '../npm.mjs';
import { unpackRelease } from '../release.mjs';
import { run } from '../run.mjs';
import { compareVersions, isAtLeast, parseVersion } from '../version.mjs';

/** @typedef {{ path: string, version: string, source: string }} NodeEntry */

export const title = 'Node 24';

/**
 * @param {import('../context.mjs').Context} context
 * @returns {Promise<NodeEntry | null>} the Node that is there: on PATH or in the cache
 */
export async function locate(context) {
  for (const path of findOnPath(context, 'node')) {
    const answer = await run(path, ['--version'], { env: context.env, timeoutMs: 10_000 });
    const version = parseVersion(answer.stdout);
    if (version !== null && isAccepted(version)) return { path, version, source: 'path' };
  }
  const entry = await findEntry(context, recipe(context));
  return entry && describe(context, entry);
}

/**
 * @param {import('../context.mjs').Context} context @param {import('../steps.mjs').Step} step
 * @returns {Promise<NodeEntry>}
 */
export async function provide(context, step) {
  /** @param {string} folder */
  const build = async (folder) => {
    const pin = pins.packages[context.platform];
    if (pin !== undefined && (await unpackPackage(context, step, pin, folder))) return 'package';
    if (await unpackRelease(context, step, pins, folder)) return keepRelease(folder);
    throw new SetupError(
      `Node 24 is needed, and neither the npm package nor the official release for ${context.platform} can be had`,
      `install Node ${pins.version} and put it on PATH, then run this again`,
    );
  };
  return describe(context, await ensureEntry(context, recipe(context), build, step.say));
}

/** @param {NodeEntry} entry */
export function summary(entry) {
  return `${entry.version} (${entry.source})`;
}

/** @param {string} version */
function isAccepted(version) {
  return isAtLeast(version, pins.accepted.from) && compareVersions(version, pins.accepted.below) < 0;
}

/** @param {import('../context.mjs').Context} context */
export function recipe(context) {
  const pin = pins.packages[context.platform];
  return {
    tool: 'node',
    version: pin?.version ?? pins.version,
    material: [context.platform, pin?.integrity ?? pins.release],
    executables: ['bin/node'],
  };
}

/**
 * @param {import('../context.mjs').Context} context @param {{ folder: string, source: string }} entry
 * @returns {NodeEntry}
 */
function describe(context, entry) {
  return { path: join(entry.folder, 'bin', 'node'), version: recipe(context).version, source: entry.source };
}

/**
 * The platform's own npm package holds the executable; no install script runs.
 *
 * @param {import('../context.mjs').Context} context @param {import('../steps.mjs').Step} step
 * @param {import('../manifest.mjs').NpmPin} pin @param {string} folder
 * @returns {Promise<boolean>} false when npm is missing or its registry does not have the package
 */
async function unpackPackage(context, step, pin, folder) {
  const npm = await findNpm(context);
  if (npm === null) return false;
  step.say(`downloading ${pin.name} ${pin.version}`);
  const pack = ['pack', `${pin.name}@${pin.version}`, '--pack-destination', folder, '--loglevel=error'];
  const env = npmEnvironment(context, process.execPath);
  const result = await run(process.execPath, [npm, ...pack], {
    cwd: folder,
    env,
    signal: context.signal,
    onLine: step.say,
  });
  context.signal.throwIfAborted();
  const archive = listFolder(folder).find((name) => name.endsWith('.tgz'));
  if (result.code !== 0 || archive === undefined) return false;
  const actual = `sha512-${await digestFile(join(folder, archive), 'sha512', 'base64')}`;
  if (actual !== pin.integrity) {
    throw new SetupError(
      `${pin.name}@${pin.version} has ${actual}, but ${pin.integrity} is pinned`,
      'check which npm registry is set: npm config get registry',
    );
  }
  step.say('unpacking');
  await step.command('tar', ['-xzf', join(folder, archive), '-C', folder], {
    fix: 'install tar, or free disk space (df -h)',
  });
  await keepExecutable(folder, join(folder, 'package'));
  await rm(join(folder, archive));
  return true;
}

/** @param {string} folder */
async function keepRelease(folder) {
  const unpacked = listFolder(folder).find((name) => name.startsWith('node-v')) ?? '';
  await keepExecutable(folder, join(folder, unpacked));
  return 'release';
}

/** Headers and npm are not needed: npm is the user's. @param {string} folder @param {string} unpacked */
async function keepExecutable(folder, unpacked) {
  await mkdir(join(folder, 'bin'));
  await rename(join(unpacked, 'bin', 'node'), join(folder, 'bin', 'node'));
  await rm(unpacked, { recursive: true });
}
