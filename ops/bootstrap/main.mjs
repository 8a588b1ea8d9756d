#!/usr/bin/env node
/**
 * Set-up without dependencies: runs on whatever Node the user has (18 or newer), makes what a verb needs available, and hands
 * over to the part written in TypeScript under Node 24. README.md beside this file says what comes from where.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext } from './context.mjs';
import { runDoctor } from './doctor/doctor.mjs';
import { ensureTools } from './ensure.mjs';
import { messageOf, SetupError } from './failure.mjs';
import { handOver } from './hand-over.mjs';
import { isToolName, toolbox } from './toolbox.mjs';

/** @typedef {import('./toolbox.mjs').ToolName} ToolName */

/** @type {ToolName[]} */
const stackTools = ['node', 'deps', 'pulumi', 'postgres', 'redis'];

/** @type {Record<string, ToolName[]>} */
const needs = {
  start: stackTools,
  dev: stackTools,
  stop: ['node', 'deps', 'pulumi'],
  keelson: ['node', 'deps'],
  test: [...stackTools, 'postgres16', 'k6'],
};

/** Commands of `keelson` that start the engine; the others must work where it was never built. */
const engineCommands = [
  'up',
  'down',
  'start',
  'dev',
  'preview',
  'refresh',
  'destroy',
  'drift',
  'promote',
  'rollback',
  'rehearse',
];

const usage = `Usage: node ops/bootstrap/main.mjs <verb> [arguments]
  start | stop | dev | test | keelson   set up what it needs, then run it
  ensure <tool…> [--json]               tools: ${Object.keys(toolbox).join(' ')}
  doctor [--json]                       look at everything, change nothing`;

/** @param {string[]} argv @returns {Promise<number>} exit code */
async function main([verb = '', ...args]) {
  if (process.platform === 'win32')
    throw new SetupError('Windows itself is not supported', 'run this inside WSL 2 (wsl --install)');
  const controller = new AbortController();
  const context = createContext(process.env, controller.signal);
  const cancel = (/** @type {Error} */ reason) => controller.abort(reason);
  if (verb === 'doctor' || (verb === 'keelson' && args[0] === 'doctor')) {
    return runDoctor(context, { json: args.includes('--json') });
  }
  if (verb === 'ensure') return ensure(context, args, cancel);
  const tools = needs[verb];
  if (tools === undefined) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  if (verb === 'stop' && !existsSync(context.state)) {
    process.stderr.write('Nothing to stop: this clone was never started.\n');
    return 0;
  }
  const engine = verb === 'keelson' && engineCommands.includes(args[0] ?? '') ? stackTools : [];
  const { node = '' } = await interruptible(cancel, () =>
    ensureTools(context, [...new Set([...tools, ...engine])], cancel),
  );
  const source = join(context.repository, 'ops', 'src');
  const script =
    verb === 'test' ? [join(source, 'test.ts')] : [join(source, 'main.ts'), ...(verb === 'keelson' ? [] : [verb])];
  return handOver(context, node, [...script, ...args], { compileCache: verb !== 'test' });
}

/**
 * @param {import('./context.mjs').Context} context @param {string[]} args @param {(reason: Error) => void} cancel
 * @returns {Promise<number>}
 */
async function ensure(context, args, cancel) {
  const names = args.filter((argument) => argument !== '--json');
  const unknown = names.filter((name) => !isToolName(name));
  if (names.length === 0 || unknown.length > 0) {
    process.stderr.write(`${unknown.length > 0 ? `Unknown: ${unknown.join(', ')}\n` : ''}${usage}\n`);
    return 2;
  }
  const toolchain = await interruptible(cancel, () => ensureTools(context, names.filter(isToolName), cancel));
  if (args.includes('--json')) process.stdout.write(JSON.stringify(toolchain, null, 2) + '\n');
  return 0;
}

/**
 * While the set-up works, Ctrl-C and friends end its children and clean up, instead of leaving half of it behind.
 *
 * @template T
 * @param {(reason: Error) => void} cancel @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function interruptible(cancel, work) {
  /** @type {NodeJS.Signals | null} */
  let received = null;
  const onSignal = (/** @type {NodeJS.Signals} */ signal) => {
    received = signal;
    cancel(new Error(`interrupted by ${signal}`));
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await work();
  } catch (error) {
    if (received === null) throw error;
    throw new SetupError('interrupted; what was finished is kept', 'run the same command again to go on');
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

/** @param {unknown} error */
function report(error) {
  const lines = ['', `✖ ${messageOf(error)}`];
  if (error instanceof SetupError) {
    if (error.logFile !== undefined) {
      const tail = readFileSync(error.logFile, 'utf8').trimEnd().split('\n').slice(-20);
      lines.push('', ...tail.map((line) => `    ${line}`), '', `  whole log: ${error.logFile}`);
    }
    lines.push(`  to mend it: ${error.fix}`);
  } else if (error instanceof Error && error.stack) lines.push(error.stack);
  process.stderr.write(lines.join('\n') + '\n');
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  report(error);
  process.exitCode = 1;
}
