import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { codeOf, SetupError } from './failure.mjs';

const forwarded = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']);

/**
 * Lets a program take this process's place as far as Node can: same terminal, same signals, same end.
 *
 * @param {import('./context.mjs').Context} context @param {string} nodePath @param {string[]} args script and arguments
 * @param {{ compileCache: boolean }} options the compile cache saves start-up time and spoils coverage figures
 * @returns {Promise<number>} exit code; a program ended by a signal ends this process by the same one
 */
export function handOver(context, nodePath, args, { compileCache }) {
  const env = {
    ...context.env,
    PATH: `${dirname(nodePath)}:${context.env['PATH'] ?? ''}`,
    ...(compileCache && {
      NODE_COMPILE_CACHE: context.env['NODE_COMPILE_CACHE'] ?? join(context.state, 'compile-cache'),
    }),
  };
  return new Promise((resolve, reject) => {
    const child = spawn(nodePath, args, { env, stdio: 'inherit' });
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      // Ctrl-C at a terminal reaches the child by itself; a second one would read as "hurry".
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    for (const signal of forwarded) process.on(signal, forward);
    child.on('error', (error) => {
      const missing = codeOf(error) === 'ENOENT' ? `${nodePath} does not exist` : error.message;
      reject(new SetupError(`Node 24 could not be started: ${missing}`, 'node ops/bootstrap/main.mjs ensure node'));
    });
    child.on('exit', (code, signal) => {
      for (const name of forwarded) process.off(name, forward);
      if (signal !== null) process.kill(process.pid, signal);
      resolve(code ?? 1);
    });
  });
}
