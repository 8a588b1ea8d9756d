import { Command as Commander, Option } from 'commander';
import type { z } from 'zod';
import { formOf, typeOf } from './argument.ts';
import type { Command } from './command.ts';
import { exitCode, Failure } from './failure.ts';

/** Options that every command has. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly yes: boolean;
  readonly stack: string;
}

/** What the command line says, checked: a command and its typed arguments. */
export interface Invocation {
  readonly command: Command;
  readonly args: Record<string, unknown>;
  readonly options: GlobalOptions;
}

/** Purposes of words that only group others. */
const groups: Readonly<Record<string, string>> = {
  runbook: 'the pages that alerts open: list, read, run, drill and check them',
};

const dangerNote = { none: '', changes: '', dangerous: ' Asks before it acts; --yes answers.' } as const;

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function addArgument(target: Commander, name: string, schema: z.core.$ZodType): void {
  const form = formOf(name, schema);
  const type = typeOf(schema);
  if (form.positional) {
    const text = `${kebab(name)}${type.kind === 'list' ? '...' : ''}`;
    target.argument(type.optional ? `[${text}]` : `<${text}>`, form.help);
    return;
  }
  const value = type.kind === 'boolean' ? '' : type.kind === 'list' ? ' <value...>' : ' <value>';
  const help = type.preset === undefined ? form.help : `${form.help} (${type.preset} when absent)`;
  // Whether a value is required is the schema's business: its message names all that is missing at once.
  const option = new Option(`${form.short ? `-${form.short}, ` : ''}--${kebab(name)}${value}`, help);
  if (type.choices) option.choices([...type.choices]);
  target.addOption(option);
}

function namesOf(command: Command, positional: boolean): string[] {
  return Object.entries(command.args.shape)
    .filter(([name, schema]) => formOf(name, schema).positional === positional)
    .map(([name]) => name);
}

/** Arguments from what commander found; a Failure names every wrong one. */
function parseArguments(
  command: Command,
  places: readonly unknown[],
  named: Record<string, unknown>,
): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const name of namesOf(command, false)) if (named[name] !== undefined) given[name] = named[name];
  for (const [index, name] of namesOf(command, true).entries()) {
    if (places[index] !== undefined) given[name] = places[index];
  }
  const parsed = command.args.safeParse(given);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map((issue) => `--${kebab(issue.path.join('.'))}: ${issue.message}`);
  throw new Failure(`keelson ${command.name} was called wrongly: ${reasons.join('; ')}`, {
    code: exitCode.usage,
    fix: `keelson ${command.name} --help; for example: ${command.examples[0]}`,
  });
}

/** The node for a command's words, making the ones above it. */
function nodeFor(program: Commander, words: readonly string[]): Commander {
  let node = program;
  for (const word of words) {
    const child = node.commands.find((candidate) => candidate.name() === word);
    node = child ?? node.command(word).description(groups[word] ?? '');
  }
  return node;
}

/** A commander program for a tree of commands; `invoke` gets what the line says. */
export function createProgram(commands: readonly Command[], invoke: (invocation: Invocation) => void): Commander {
  const program = new Commander('keelson')
    .description('Keelson: from a trading signal to a booked and streamed trade. Start here: keelson start')
    .option('--json', 'one JSON document on stdout, or JSON lines from commands that go on', false)
    .option('-y, --yes', 'answer every question with yes', false)
    .option('--stack <name>', 'which stack', process.env['KEELSON_STACK'] ?? 'local')
    .showSuggestionAfterError()
    .exitOverride();
  for (const command of commands) {
    const node = nodeFor(program, command.name.split(' '));
    node.summary(command.summary).description(`${command.summary}.${dangerNote[command.danger]}`);
    for (const [name, schema] of Object.entries(command.args.shape)) addArgument(node, name, schema);
    node.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  ${line}`).join('\n')}`);
    node.action((...received: unknown[]) => {
      const places = received.slice(0, -2);
      const args = parseArguments(command, places, node.opts());
      invoke({ command, args, options: program.opts<GlobalOptions>() });
    });
  }
  for (const node of [program, ...program.commands, ...program.commands.flatMap((child) => child.commands)]) {
    // Settings are inherited only by commands made afterwards, and groups are made on the way.
    node.exitOverride().showSuggestionAfterError();
  }
  return program;
}

/** What a command line (without `keelson`) would run, without running it; throws a Failure that says what is wrong. */
export function parseLine(commands: readonly Command[], words: readonly string[]): Invocation {
  let found: Invocation | undefined;
  const program = createProgram(commands, (invocation) => {
    found = invocation;
  });
  let complaint = '';
  for (const node of [program, ...program.commands, ...program.commands.flatMap((child) => child.commands)]) {
    node.configureOutput({ writeOut: () => undefined, writeErr: (text) => void (complaint += text) });
  }
  try {
    program.parse([...words], { from: 'user' });
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(complaint.trim() || (error as Error).message, {
      code: exitCode.usage,
      fix: 'keelson --help',
      cause: error,
    });
  }
  if (!found)
    throw new Failure(`"keelson ${words.join(' ')}" names no command`, { code: exitCode.usage, fix: 'keelson --help' });
  return found;
}
