import { z } from 'zod';
import { positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';

export const schema = defineCommand({
  name: 'schema',
  summary: 'the JSON Schema of what a command prints with --json',
  danger: 'none',
  args: z.object({ command: positional(z.array(z.string()).min(1), 'the words of a command, e.g. demo crash') }),
  examples: ['keelson schema status', 'keelson schema demo crash'],
  output: z.looseObject({ $schema: z.string(), title: z.string(), description: z.string() }),
  async run(_context, args) {
    // The tree holds this command too; by the time it runs, the tree is complete.
    const { commands } = await import('../commands.ts');
    const name = args.command.join(' ');
    const found = commands.find((command) => command.name === name);
    if (!found) {
      const known = commands.map((command) => command.name).join(', ');
      throw new Failure(`There is no command "${name}"`, { code: exitCode.usage, fix: `choose one of ${known}` });
    }
    const description = found.lines ? 'each line of stdout' : 'the one document on stdout';
    const document = z.toJSONSchema(found.output, { io: 'output', target: 'draft-2020-12' });
    return {
      ...document,
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: `keelson ${name} --json`,
      description,
    };
  },
  human: (document) => JSON.stringify(document, null, 2),
});
