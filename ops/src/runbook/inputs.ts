import type { Context } from '../framework/context.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { type Cell, type CellInput, inputTypes } from './cell.ts';

function problemOf(type: CellInput['type'], value: string): string | undefined {
  const parsed = inputTypes[type].schema.safeParse(value);
  return parsed.success ? undefined : (parsed.error.issues[0]?.message ?? 'is not valid');
}

async function ask(context: Context, { name, type }: CellInput): Promise<string> {
  if (!context.ui.interactive) {
    throw new Failure(`The page needs "${name}" (${type}), and nobody can be asked here`, {
      code: exitCode.usage,
      fix: `add --input ${name}=${JSON.stringify(inputTypes[type].example)}`,
    });
  }
  const { text } = await import('@clack/prompts');
  const answer = await text({
    message: `${name} (${type})`,
    placeholder: inputTypes[type].example,
    validate: (value) => problemOf(type, value ?? ''),
    output: process.stderr,
  });
  if (typeof answer === 'string') return answer;
  throw new Failure('Nothing was run: no value was given', { code: exitCode.cancelled, fix: 'run it again' });
}

/** Values for everything that the cells need: those given as name=value, the others asked for; all checked by their type. */
export async function collectInputs(
  context: Context,
  cells: readonly Cell[],
  given: readonly string[],
): Promise<Record<string, string>> {
  const values = new Map(given.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  const wanted = new Map(cells.flatMap((cell) => cell.inputs).map((input) => [input.name, input]));
  const unknown = [...values.keys()].filter((name) => !wanted.has(name));
  if (unknown.length > 0) {
    throw new Failure(`The page has no input ${unknown.join(', ')}`, {
      code: exitCode.usage,
      fix:
        wanted.size === 0
          ? 'leave --input away'
          : `its inputs are ${[...wanted.keys()].join(', ')}, each as name=value`,
    });
  }
  const result: Record<string, string> = {};
  for (const [name, input] of wanted) {
    const value = values.get(name) ?? (await ask(context, input));
    const problem = problemOf(input.type, value);
    if (problem)
      throw new Failure(`${name} is not a valid ${input.type}: ${problem}`, {
        code: exitCode.usage,
        fix: `--input ${name}=${JSON.stringify(inputTypes[input.type].example)}`,
      });
    result[name] = value;
  }
  return result;
}
