import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, SetupError } from './failure.mjs';
import { run } from './run.mjs';

/**
 * A step is one piece of work with its own line on the display and its own log file.
 *
 * @typedef {object} Step
 * @property {(line: string) => void} say  to the display and the log
 * @property {(command: string, args: string[], options: import('./run.mjs').RunOptions & { fix: string }) => Promise<string>} command
 *   runs it, logs all of its output, returns its stdout; throws a SetupError with `fix` when it fails
 */

/**
 * @template T
 * @param {import('./context.mjs').Context} context
 * @param {ReturnType<typeof import('./progress.mjs').createProgress>} progress
 * @param {{ name: string, title: string, work: (step: Step) => Promise<T>, summary: (result: T) => string }} description
 * @returns {Promise<T>}
 */
export async function runStep(context, progress, { name, title, work, summary }) {
  const folder = join(context.state, 'logs', 'bootstrap');
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, `${new Date().toISOString().replace(/[:.]/g, '-')}-${name}.log`);
  const log = createWriteStream(logFile);
  const display = progress.start(title);
  try {
    const result = await work(createStep(context, log, display));
    display.done(summary(result));
    return result;
  } catch (error) {
    // The first failure cancels the others; only that one is to be looked at.
    display.failed(context.signal.aborted ? 'cancelled' : 'failed');
    log.write(`${messageOf(error)}\n`);
    if (error instanceof SetupError) throw new SetupError(error.message, error.fix, { logFile });
    throw new SetupError(`${title}: ${messageOf(error)}`, 'node ops/bootstrap/main.mjs doctor', { logFile });
  } finally {
    await new Promise((resolve) => log.end(resolve));
  }
}

/**
 * @param {import('./context.mjs').Context} context @param {import('node:fs').WriteStream} log
 * @param {import('./progress.mjs').StepDisplay} display
 * @returns {Step}
 */
function createStep(context, log, display) {
  /** @param {string} line */
  const say = (line) => {
    log.write(`${line}\n`);
    display.line(line);
  };
  return {
    say,
    async command(command, args, { fix, ...options }) {
      log.write(`$ ${[command, ...args].join(' ')}\n`);
      const result = await run(command, args, { env: context.env, signal: context.signal, ...options, onLine: say });
      if (result.code === 0) return result.stdout;
      throw new SetupError(`${command} ended with code ${result.code}: ${lastLine(result.output)}`, fix);
    },
  };
}

/** @param {string} output */
function lastLine(output) {
  return output.trim().split('\n').pop() ?? '';
}
