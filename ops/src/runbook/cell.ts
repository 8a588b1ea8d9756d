import { basename } from 'node:path';
import { milliseconds, type Duration } from '@keelson/kernel';
import { z } from 'zod';
import { exitCode, Failure } from '../framework/failure.ts';

/** Types of what a person enters, with an example that a check can put in its place. */
export const inputTypes = {
  id: { schema: z.uuid(), example: '0199f7d2-3c1b-7e52-9d41-6b1d2f0a9c55' },
  text: { schema: z.string().trim().min(1).max(500), example: 'a reason' },
  integer: { schema: z.coerce.number().int().transform(String), example: '1' },
  decimal: { schema: z.string().regex(/^-?\d+(\.\d+)?$/, 'must be a plain decimal'), example: '1.5' },
  name: { schema: z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be a lower-case name'), example: 'worker' },
} as const;
export type InputType = keyof typeof inputTypes;

export interface CellInput {
  readonly name: string;
  readonly type: InputType;
}

const inputList = z.string().transform((text, check): CellInput[] =>
  text.split(/\s+/).map((pair) => {
    const [name = '', type = ''] = pair.split(':');
    if (!/^[a-z][a-z_]*$/.test(name) || !(type in inputTypes)) {
      check.addIssue(`"${pair}" must be name:type, the type one of ${Object.keys(inputTypes).join(', ')}`);
    }
    return { name, type: type as InputType };
  }),
);

const duration = z.string().transform((text, check): number => {
  try {
    return milliseconds(text as Duration);
  } catch (error) {
    check.addIssue((error as Error).message);
    return 0;
  }
});

/** Attributes of a cell in Runme's form: a JSON object of texts behind the language of the fence. */
const attributes = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case words joined by hyphens'),
  /** Runme's own; cells never talk to a terminal. */
  interactive: z.literal('false').optional(),
  /** `changes` can be undone by another command, `dangerous` asks first. */
  danger: z.enum(['none', 'changes', 'dangerous']).default('none'),
  /** "account:id reason:text": asked for, and given to the cell as $ACCOUNT and $REASON. */
  inputs: inputList.default([]),
  /** A regular expression that the cell's output must match. */
  expect: z.string().refine(isRegularExpression, 'must be a regular expression').optional(),
  /** `cleared`: the cell runs `keelson alerts --json`, and the page's own alert must be inactive, by a fresh look. */
  assert: z.literal('cleared').optional(),
  /** Marks what mends the cause: a drill leaves it out, and must then fail. */
  mitigation: z.literal('true').optional(),
  /** The exit code that it must have. */
  exit: z.coerce.number().int().min(0).max(255).default(0),
  /** "30 seconds": repeated until exit code and output are right, at most this long. */
  within: duration.optional(),
});

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text, 'm');
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** One executable block of a page. */
export interface Cell extends z.output<typeof attributes> {
  /** The page, which is named after its alert. */
  readonly page: string;
  readonly section: string;
  readonly code: string;
  /** Line of its fence in the page, from 1. */
  readonly line: number;
}

const SHELL = /^(sh|bash|shell)$/;

/** The shell cells of a page in order; a block without attributes is text. Throws a Failure that names file and line. */
export function readCells(text: string, file: string): Cell[] {
  const cells: Cell[] = [];
  let section = '';
  let open: { info: string; line: number; code: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (open && fence) {
      const cell = cellOf(open, section, file);
      if (cell) cells.push(cell);
      open = undefined;
    } else if (open) open.code.push(line);
    else if (fence) open = { info: fence[1]?.trim() ?? '', line: index + 1, code: [] };
    else section = /^## (.+)$/.exec(line)?.[1]?.trim() ?? section;
  }
  if (open) throw bad(file, open.line, 'the code block is never closed');
  return cells;
}

function cellOf(
  block: { info: string; line: number; code: readonly string[] },
  section: string,
  file: string,
): Cell | undefined {
  const [, language = '', json = ''] = /^(\w*)\s*(\{.*\})?$/.exec(block.info) ?? [];
  if (!SHELL.test(language) || json === '') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw bad(file, block.line, `its attributes are not JSON: ${(error as Error).message}`);
  }
  const checked = attributes.safeParse(parsed);
  if (!checked.success) {
    throw bad(
      file,
      block.line,
      checked.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; '),
    );
  }
  return { ...checked.data, page: basename(file, '.md'), section, code: block.code.join('\n'), line: block.line };
}

function bad(file: string, line: number, what: string): Failure {
  return new Failure(`${file}:${line}: ${what}`, {
    code: exitCode.usage,
    fix: 'write attributes as ```sh {"name":"look","interactive":"false"}',
  });
}
