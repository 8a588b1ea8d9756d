import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { commands } from '../../src/commands.ts';
import { formOf } from '../../src/framework/argument.ts';
import { exitCode, type Failure } from '../../src/framework/failure.ts';
import { parseLine } from '../../src/framework/parser.ts';

/** Words of an example, which quotes only reasons; `npm run x` and `npm x --` are other names for `keelson x`. */
function wordsOf(example: string): string[] {
  const line =
    example
      .replace(/^(\w+=\S+ )*/, '')
      .replace(/^npm (run )?(\w+)( --)?/, 'keelson $2')
      .split(' | ')[0] ?? '';
  return (line.replace('<order id>', 'x').match(/"[^"]*"|\S+/g) ?? []).slice(1).map((word) => word.replaceAll('"', ''));
}

function failureOf(words: string[]): Failure {
  try {
    parseLine(commands, words);
  } catch (error) {
    return error as Failure;
  }
  throw new Error(`"${words.join(' ')}" was accepted`);
}

describe('the command tree', () => {
  it('has unique names, a summary and typed arguments for every command', () => {
    expect(new Set(commands.map((command) => command.name)).size).toBe(commands.length);
    for (const command of commands) {
      expect(command.summary).toMatch(/\w{4}/);
      for (const [name, schema] of Object.entries(command.args.shape)) expect(formOf(name, schema).help).not.toBe('');
    }
  });

  it.each(commands.flatMap((command) => command.examples.map((example) => [command.name, example] as const)))(
    '%s: its example "%s" is a command line for it',
    (name, example) => {
      expect(parseLine(commands, wordsOf(example)).command.name).toBe(name);
    },
  );

  it.each(commands.map((command) => command.name))('%s: its JSON output has a schema that can be published', (name) => {
    const { output } = commands.find((command) => command.name === name)!;
    expect(z.toJSONSchema(output, { io: 'output' })).toHaveProperty('type', 'object');
  });

  it('takes the global options before and behind the words', () => {
    expect(parseLine(commands, ['--json', 'status']).options).toMatchObject({ json: true, stack: 'local' });
    expect(parseLine(commands, ['status', '--json', '-y']).options).toMatchObject({ json: true, yes: true });
  });

  it('tells a command from the one below it', () => {
    expect(parseLine(commands, ['demo']).command.name).toBe('demo');
    expect(parseLine(commands, ['demo', 'crash', '--signals', '20']).args).toMatchObject({ signals: 20, rate: 100 });
  });

  it('gives arguments their types and defaults', () => {
    expect(parseLine(commands, ['tail', 'orders', 'trades', '--since', '7']).args).toEqual({
      channels: ['orders', 'trades'],
      since: 7,
    });
    expect(parseLine(commands, ['logs', 'worker', '-f']).args).toEqual({ service: 'worker', follow: true, lines: 50 });
  });

  it.each([
    [['resume'], /--reason: is required/],
    [['signal', '--action', 'hold'], /Allowed choices are buy, sell/],
    [['tail', 'gossip'], /channels/],
    [['statu'], /Did you mean status/],
    [['stop', '--everything'], /unknown option/],
    [['explain'], /missing required argument/],
    [['demo', 'crash', '--signals', 'many'], /--signals/],
  ])('refuses %j as a wrong call and says why', (words, reason) => {
    const failure = failureOf(words);
    expect(failure.message).toMatch(reason);
    expect(failure.code).toBe(exitCode.usage);
    expect(failure.fix).toMatch(/keelson/);
  });
});
