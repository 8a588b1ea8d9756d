import { spawn } from 'node:child_process';
import { codeOf } from './failure.mjs';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {AbortSignal} [signal]     ends the child and its children
 * @property {number} [timeoutMs]
 * @property {(line: string) => void} [onLine] each line of stdout and stderr as it comes
 *
 * @typedef {{ code: number, stdout: string, output: string }} RunResult  `output` is stdout and stderr as they came
 */

/**
 * Runs a command to its end. Never throws for an exit code: a command that could not be started at all has code 127
 * and says so in `output`.
 *
 * The child gets its own process group, so that ending it also ends what it started (a compiler starts many).
 *
 * @param {string} command @param {string[]} args @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let stdout = '';
    let output = '';
    const lines = lineSplitter(options.onLine ?? (() => undefined));
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
      stdout += chunk;
      output += chunk;
      lines.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
      output += chunk;
      lines.push(chunk);
    });
    const end = () => endGroup(child.pid);
    const timer = options.timeoutMs === undefined ? undefined : setTimeout(end, options.timeoutMs);
    options.signal?.addEventListener('abort', end, { once: true });
    if (options.signal?.aborted) end();
    /** @param {number} code @param {string} [note] */
    const finish = (code, note = '') => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', end);
      lines.end();
      resolve({ code, stdout, output: output + note });
    };
    child.on('error', (error) => finish(127, error.message));
    child.on('close', (code, signal) => finish(code ?? 1, signal ? `ended by ${signal}` : ''));
  });
}

/** @param {number | undefined} pid */
function endGroup(pid) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch (error) {
    // The group is gone already: it ended between the decision and the signal.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** @param {(line: string) => void} onLine */
function lineSplitter(onLine) {
  let rest = '';
  return {
    /** @param {string} chunk */
    push(chunk) {
      const parts = (rest + chunk).split(/\r\n|\n|\r/);
      rest = parts.pop() ?? '';
      for (const part of parts) onLine(part);
    },
    end() {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
