import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findOnPath } from './files.mjs';
import { run } from './run.mjs';

/**
 * The user's npm as a script, so that it can be run by the Node we choose: under an old Node npm silently picks old versions
 * of packages whose `engines` exclude it.
 *
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<string | null>} absolute path of npm-cli.js
 */
export async function findNpm(context) {
  const started = context.env['npm_execpath'];
  if (started?.endsWith('npm-cli.js') && existsSync(started)) return started;
  const beside = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const commands = findOnPath(context, 'npm');
  for (const command of commands) {
    const script = realpathSync(command);
    if (script.endsWith('npm-cli.js')) return script;
  }
  if (existsSync(beside)) return beside;
  for (const command of commands) {
    // A version manager's shim: only npm itself knows where it lives.
    const root = await run(command, ['root', '-g'], { env: context.env, signal: context.signal, timeoutMs: 10_000 });
    const script = join(root.stdout.trim(), 'npm', 'bin', 'npm-cli.js');
    if (root.code === 0 && existsSync(script)) return script;
  }
  return null;
}

/**
 * The environment for an npm that may have been started from within another npm: that one's idea of the current
 * package must not reach it.
 *
 * @param {import('./context.mjs').Context} context @param {string} nodePath
 * @returns {NodeJS.ProcessEnv}
 */
export function npmEnvironment(context, nodePath) {
  const inherited = Object.entries(context.env).filter(
    ([name]) => !/^npm_(package|lifecycle|command|execpath|node_execpath|config_local_prefix)/.test(name),
  );
  const path = `${dirname(nodePath)}:${context.env['PATH'] ?? ''}`;
  return { ...Object.fromEntries(inherited), PATH: path, npm_config_update_notifier: 'false' };
}
