import { CommanderError } from 'commander';
import type { Command } from './framework/command.ts';
import { createContext } from './framework/context.ts';
import { exitCode, Failure, messageOf } from './framework/failure.ts';
import { createProgram, type Invocation } from './framework/parser.ts';
import { createPaint } from './framework/ui.ts';

const stdoutPaint = createPaint(process.stdout, process.env);
const stderrPaint = createPaint(process.stderr, process.env);

/** Results in the form that was asked for, after they were held against the published schema. */
function printer(invocation: Invocation): (record: unknown) => void {
  const { command, options } = invocation;
  return (record) => {
    const checked: unknown = command.output.parse(record);
    const text = options.json ? JSON.stringify(checked) : command.human(checked, stdoutPaint);
    if (text !== '') process.stdout.write(`${text}\n`);
  };
}

/** The one JSON document of a command that failed. */
function printError(
  message: string,
  { exit_code, fix, runbook }: { exit_code: number; fix: string; runbook?: string | undefined },
) {
  process.stdout.write(`${JSON.stringify({ error: { exit_code, message, fix, runbook: runbook ?? null } })}\n`);
}

function report(error: unknown, json: boolean): number {
  const failure = error instanceof Failure ? error : undefined;
  const code = failure?.code ?? exitCode.internal;
  const message = messageOf(error);
  const fix = failure?.fix ?? 'this is a defect: run again with KEELSON_TRACE=1 and report what it prints';
  if (json) printError(message, { exit_code: code, fix, runbook: failure?.runbook });
  process.stderr.write(`${stderrPaint.bad('✖')} ${message}\n  ${stderrPaint.bold('Fix:')} ${fix}\n`);
  if (failure?.runbook) process.stderr.write(`  ${stderrPaint.bold('Runbook:')} ${failure.runbook}\n`);
  if (process.env['KEELSON_TRACE']) process.stderr.write(`${(error as Error).stack ?? ''}\n`);
  return code;
}

async function execute(invocation: Invocation, abort: AbortSignal): Promise<number> {
  const { command, args, options } = invocation;
  const print = printer(invocation);
  const context = createContext({ ...options, environment: process.env, signal: abort, emit: print });
  const result = await command.run(context, args);
  if (!command.lines) print(result);
  if (abort.aborted && !command.lines) return exitCode.cancelled;
  return command.lines ? exitCode.success : (command.exitCode?.(result) ?? exitCode.success);
}

/** Every command; an emergency brake does not wait for the others to be loaded, which is most of the time that it takes. */
async function commandsFor([first]: readonly string[]): Promise<readonly Command[]> {
  if (first === 'halt') return [(await import('./commands/halt.ts')).halt];
  return (await import('./commands.ts')).commands;
}

/** The first Ctrl-C asks the command to end; the second ends the process, whatever it is doing. */
function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  const ask = () => {
    if (controller.signal.aborted) process.exit(exitCode.cancelled);
    controller.abort();
  };
  process.on('SIGINT', ask).on('SIGTERM', ask);
  return controller.signal;
}

async function main(words: readonly string[]): Promise<number> {
  let invocation: Invocation | undefined;
  const json = words.includes('--json');
  const abort = abortOnSignals();
  try {
    const program = createProgram(await commandsFor(words), (found) => {
      invocation = found;
    });
    if (words.length === 0) {
      program.outputHelp();
      return exitCode.success;
    }
    program.parse([...words], { from: 'user' });
    return invocation ? await execute(invocation, abort) : exitCode.success;
  } catch (error) {
    if (!(error instanceof CommanderError)) return report(error, json);
    // Commander has said on stderr what is wrong with the line; asking for help is no failure.
    if (error.exitCode === 0) return exitCode.success;
    if (json) printError(error.message, { exit_code: exitCode.usage, fix: 'keelson --help' });
    return exitCode.usage;
  }
}

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode.success);
  throw error;
});

process.exitCode = await main(process.argv.slice(2));
