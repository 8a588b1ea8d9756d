import { existsSync } from 'node:fs';
import { SetupError } from './failure.mjs';
import { findOnPath } from './files.mjs';
import { run } from './run.mjs';

/**
 * PostgreSQL refuses to run as root. As root it runs inside a user namespace in which root is called 1000: its files stay
 * root's, so that a home folder closed to others is no obstacle. Where namespaces are forbidden, an unprivileged user will do
 * if it can reach the binaries and write to the clone's state folder.
 *
 * @param {import('./context.mjs').Context} context @param {string} postgres absolute path of the server (of anything else that
 *   answers --version, to learn only whether there is a way)
 * @returns {Promise<string[]>} what to put in front of a command of PostgreSQL; empty for a normal user
 * @throws {SetupError} when neither way works
 */
export async function findRunAsRootPrefix(context, postgres) {
  if (process.getuid?.() !== 0) return [];
  for (const prefix of await candidates(context)) {
    if (await works(context, prefix, postgres)) return prefix;
  }
  throw new SetupError(
    'PostgreSQL refuses to run as root, and this machine lets root neither make a user namespace nor reach these files as another user',
    'run this as a normal user, or allow user namespaces (sysctl -w user.max_user_namespaces=10000; in a container: --security-opt seccomp=unconfined), or set POSTGRES_URL',
  );
}

/** @param {import('./context.mjs').Context} context @returns {Promise<string[][]>} */
async function candidates(context) {
  const prefixes = [];
  if (findOnPath(context, 'unshare').length > 0)
    prefixes.push(['unshare', '--user', '--map-user=1000', '--map-group=1000']);
  if (findOnPath(context, 'setpriv').length === 0) return prefixes;
  for (const user of [context.env['SUDO_USER'], 'postgres', 'nobody']) {
    if (!user || user === 'root') continue;
    const group = await run('id', ['-g', user], { env: context.env, timeoutMs: 5_000 });
    if (group.code === 0)
      prefixes.push(['setpriv', `--reuid=${user}`, `--regid=${group.stdout.trim()}`, '--clear-groups']);
  }
  return prefixes;
}

/**
 * @param {import('./context.mjs').Context} context @param {string[]} prefix @param {string} postgres
 */
async function works(context, prefix, postgres) {
  const script = '[ "$(id -u)" != 0 ] && [ -w "$1" ] && "$0" --version';
  const [command = '', ...rest] = prefix;
  const writable = existsSync(context.state) ? context.state : context.repository;
  const result = await run(command, [...rest, 'sh', '-c', script, postgres, writable], {
    env: context.env,
    timeoutMs: 5_000,
  });
  return result.code === 0;
}
