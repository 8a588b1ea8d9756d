import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../failure.mjs';
import { readIfThere, writeAtomically } from '../files.mjs';
import { acquireLock } from '../lock.mjs';
import { findNpm, npmEnvironment } from '../npm.mjs';
import { run } from '../run.mjs';

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
  return (await isInstalled(context, lockText)) ? { installed: wanted } : null;
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
    await install(context, step, { nodePath, npm });
    const lockText = await readFile(join(context.repository, 'package-lock.json'), 'utf8');
    const installed = createHash('sha256').update(lockText).digest('hex');
    await writeAtomically(stampFile(context), `${installed}\n`);
    return { installed };
  } finally {
    await release();
  }
}

/**
 * `npm ci`; and where that refuses, `npm install` from the same lock file. It refuses a lock file without the optional packages
 * of other platforms, which npm leaves out when the registry that it was written against did not have them. What was
 * installed must then agree with the lock file, or the refusal was right.
 *
 * @param {import('../context.mjs').Context} context @param {import('../steps.mjs').Step} step
 * @param {{ nodePath: string, npm: string }} programs
 */
async function install(context, step, { nodePath, npm }) {
  const options = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=http'];
  const surroundings = { cwd: context.repository, env: npmEnvironment(context, nodePath), signal: context.signal };
  step.say('npm ci');
  const clean = await run(nodePath, [npm, 'ci', ...options], { ...surroundings, onLine: step.say });
  if (clean.code === 0) return;
  context.signal.throwIfAborted();
  const fix =
    'check that the npm registry is reachable (npm ping) and that package-lock.json fits package.json (npm install)';
  if (!clean.output.includes('EUSAGE'))
    throw new SetupError(`npm ci ended with code ${clean.code}: ${npmCause(clean.output)}`, fix);
  step.say('npm install --no-save');
  await step.command(nodePath, [npm, 'install', '--no-save', ...options], { ...surroundings, fix });
  const lockText = (await readIfThere(join(context.repository, 'package-lock.json'))) ?? '{}';
  if (!(await isInstalled(context, lockText))) {
    throw new SetupError(
      'package-lock.json does not fit package.json',
      'npm install, and commit the new package-lock.json',
    );
  }
}

/** npm's last line names a log file; the cause stands further up. @param {string} output */
function npmCause(output) {
  const errors = output.split('\n').filter((line) => /^npm (error|ERR!) (?!A complete log)\S/.test(line));
  return errors.slice(0, 2).join('; ') || (output.trim().split('\n').pop() ?? '');
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
 * Whether npm's own record of what it put into node_modules agrees with the lock file: nothing missing, nothing else, the same
 * versions. Optional packages are left out: which of them are there depends on the platform and the registry.
 *
 * @param {import('../context.mjs').Context} context @param {string} lockText
 * @returns {Promise<boolean>}
 */
async function isInstalled(context, lockText) {
  const recordText = await readIfThere(join(context.repository, 'node_modules', '.package-lock.json'));
  if (recordText === null) return false;
  const wanted = requiredPackages(lockText);
  const present = requiredPackages(recordText);
  return wanted.size === present.size && [...wanted].every(([path, pin]) => present.get(path) === pin);
}

/** @param {string} text a package-lock.json @returns {Map<string, string>} what must be there, by its folder */
function requiredPackages(text) {
  /** @typedef {{ version?: string, integrity?: string, link?: boolean, optional?: boolean, devOptional?: boolean }} Package */
  /** @type {Record<string, Package>} */
  const packages = JSON.parse(text).packages ?? {};
  const required = Object.entries(packages).filter(
    ([path, pin]) => path.startsWith('node_modules/') && !pin.optional && !pin.devOptional,
  );
  return new Map(required.map(([path, pin]) => [path, [pin.version, pin.integrity, pin.link].join(' ')]));
}
