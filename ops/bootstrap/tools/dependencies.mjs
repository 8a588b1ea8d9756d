import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../failure.mjs';
import { readIfThere, writeAtomically } from '../files.mjs';
import { acquireLock } from '../lock.mjs';
import { findNpm, npmEnvironment } from '../npm.mjs';

/** @typedef {{ installed: string }} DependenciesEntry sha256 of the lock file that node_modules was made from */

export const title = 'dependencies';

/**
 * @param {import('../context.mjs').Context} context
 * @returns {Promise<DependenciesEntry | null>} null when node_modules does not fit package-lock.json
 */
export async function locate(context) {
  const lockText = await readIfThere(join(context.repository, 'package-lock.json'));
  if (lockText === null) return null;
  const wanted = createHash('sha256').update(lockText).digest('hex');
  if ((await readIfThere(stampFile(context)))?.trim() === wanted) return { installed: wanted };
  return (await wasInstalledByHand(context, lockText)) ? { installed: wanted } : null;
}

/**
 * @param {import('../context.mjs').Context} context @param {import('../steps.mjs').Step} step
 * @param {string} nodePath npm and the install scripts run under this Node
 * @returns {Promise<DependenciesEntry>}
 */
export async function provide(context, step, nodePath) {
  const npm = await findNpm(context);
  if (npm === null)
    throw new SetupError('npm was not found beside Node', 'install npm (for example: apt-get install npm)');
  const release = await acquireLock(join(context.state, 'locks', 'dependencies'), {
    signal: context.signal,
    onWait: (owner) => step.say(`waiting for ${owner}, which is installing them`),
  });
  try {
    const found = await locate(context);
    if (found !== null) return found;
    step.say('npm ci');
    await step.command(nodePath, [npm, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=http'], {
      cwd: context.repository,
      env: npmEnvironment(context, nodePath),
      fix: 'check that the npm registry is reachable (npm ping) and that package-lock.json fits package.json (npm install)',
    });
    const lockText = await readFile(join(context.repository, 'package-lock.json'));
    const installed = createHash('sha256').update(lockText).digest('hex');
    await writeAtomically(stampFile(context), `${installed}\n`);
    return { installed };
  } finally {
    await release();
  }
}

/** @param {DependenciesEntry} entry */
export function summary(entry) {
  return `node_modules fits package-lock.json (${entry.installed.slice(0, 12)})`;
}

/** @param {import('../context.mjs').Context} context */
function stampFile(context) {
  return join(context.repository, 'node_modules', '.keelson-lock');
}

/**
 * After an `npm install` by hand there is no stamp, but npm's own record of what it put there; when that agrees with the
 * lock file nothing needs to be installed again.
 *
 * @param {import('../context.mjs').Context} context @param {string} lockText
 * @returns {Promise<boolean>}
 */
async function wasInstalledByHand(context, lockText) {
  const recordText = await readIfThere(join(context.repository, 'node_modules', '.package-lock.json'));
  if (recordText === null) return false;
  /** @typedef {Record<string, { version?: string, integrity?: string, resolved?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }>} Packages */
  /** @type {Packages} */
  const wanted = JSON.parse(lockText).packages ?? {};
  /** @type {Packages} */
  const present = JSON.parse(recordText).packages ?? {};
  return Object.entries(wanted).every(([path, pin]) => {
    const record = present[path];
    if (path === '' || pin.optional || pin.devOptional) return true;
    if (record === undefined) return !path.startsWith('node_modules/');
    return record.version === pin.version && record.integrity === pin.integrity && record.link === pin.link;
  });
}
